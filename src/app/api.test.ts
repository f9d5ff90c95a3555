import { afterAll, beforeAll, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { hc } from "hono/client";
import type { Api } from "../api-types.ts";
import { systemClock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { RequestRate } from "../base/request-rate.ts";
import { webhookEvents } from "../db/schema/webhook.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { addBusiness } from "../tenants/business.ts";
import { Browser } from "./testing/browser.ts";
import { addPerson, password, testApi } from "./testing/people.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

test("the panel's client knows every route, what it takes and what it answers", async () => {
  const api = testApi(db);
  const businessId = await addBusiness(db, { name: "מספרה", phone: "+97231110001" as never });
  const browser = new Browser(api);
  await browser.login((await addPerson(db, "owner", businessId)).email, password);
  const headers = { Cookie: [...browser.jar].map(([name, value]) => `${name}=${value}`).join("; ") };
  const client = hc<Api>("http://panel", {
    headers,
    fetch: async (url: RequestInfo | URL, init?: RequestInit) => api.request(String(url), init),
  });
  const bell = await (await client.api.notifications.$get({ query: { limit: "10" } })).json();
  const unread: number = bell.unread;
  expect([bell.items, bell.next, unread]).toEqual([[], null, 0]);
  const me = await (await client.api.auth.me.$get()).json();
  expect(me.business?.name).toBe("מספרה");
});

test("every answer has the request's id and is kept by nobody", async () => {
  const { headers } = await new Browser(testApi(db)).ask("/api/auth/csrf");
  expect(headers.get("x-request-id")).toMatch(/^[\w-]{20,}$/);
  expect(headers.get("cache-control")).toBe("no-store");
});

interface Described {
  openapi: string;
  webhooks: Record<string, unknown>;
  paths: Record<
    string,
    Record<string, { "x-access"?: string; security?: object[]; description?: string; requestBody?: object }>
  >;
}

test("the OpenAPI document is valid and holds every route, who may call it and what keeps strangers out", async () => {
  const api = testApi(db);
  const { body } = await new Browser(api).ask<Described>("/api/openapi.json");
  expect(await new Validator().validate({ ...body })).toMatchObject({ valid: true });
  expect(Object.keys(body.webhooks)).toEqual([...webhookEvents]);
  for (const { method, path } of api.routes) {
    if (method === "ALL") continue;
    const operation = body.paths[path.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()];
    expect(operation?.["x-access"], `${method} ${path}`).toBeString();
    expect(operation?.description, `${method} ${path}`).toBeString();
    expect(operation?.security, `${method} ${path}`).toBeArray();
  }
});

test("what a program may do, and only that, names the API key; files are taken as bytes", async () => {
  const api = testApi(db);
  const businessId = await addBusiness(db, { name: "מספרה", phone: "+97231110003" as never });
  const owner = new Browser(api);
  await owner.login((await addPerson(db, "owner", businessId)).email, password);
  const { key } = (await owner.ask<{ key: string }>("/api/keys", { body: { name: "האתר", scope: "write" } })).body;
  const { paths } = (await owner.ask<Described>("/api/openapi.json")).body;
  let forKeys = 0;
  const wrong: string[] = [];
  for (const [path, methods] of Object.entries(paths))
    for (const [method, { security = [] }] of Object.entries(methods)) {
      if (security.length === 0 || !security.some((way) => "session" in way)) continue;
      const isForKeys = security.some((way) => "apiKey" in way);
      const { status } = await new Browser(api).ask(path.replace(/\{\w+\}/g, newId()), {
        method: method.toUpperCase(),
        headers: { Authorization: `Bearer ${key}` },
        ...(method === "get" || method === "delete" ? {} : { body: {} }),
      });
      if ((status !== 403) !== isForKeys) wrong.push(`${method} ${path}`);
      forKeys += isForKeys ? 1 : 0;
    }
  expect(wrong).toEqual([]);
  expect(forKeys).toBeGreaterThan(60);
  for (const path of ["/api/leads/import", "/api/whatsapp/send-media"])
    expect(paths[path]?.post?.requestBody).toMatchObject({ required: true });
});

test("the reference page shows every operation and runs no script", async () => {
  const { body, headers } = await new Browser(testApi(db)).ask<string>("/api/docs");
  expect(body).toContain("/api/auth/login");
  expect(body).not.toContain("<script");
  expect(headers.get("content-security-policy")).toStartWith("default-src 'none'; style-src 'sha256-");
});

test("every answer says what it is and that it is no page", async () => {
  const { headers } = await new Browser(testApi(db, "https://office.example.co.il")).ask("/api/auth/me");
  expect(headers.get("content-security-policy")).toContain("sandbox");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("strict-transport-security")).toBe("max-age=31536000");
});

test("of a stranger's file nothing is read, of what else they send no more than a login needs, however it comes", async () => {
  const api = testApi(db);
  const pour = async (path: string, headers: Record<string, string> = {}) => {
    const piece = new Uint8Array(64 * 1024).fill(0x20);
    let taken = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          taken += piece.length;
          if (taken > limits.uploadBytes) controller.close();
          else controller.enqueue(piece);
        },
      },
      { highWaterMark: 0 },
    );
    const { status } = await api.request(path, { method: "POST", body, headers, duplex: "half" } as RequestInit);
    return { status, pieces: taken / piece.length };
  };
  const stranger = new Browser(api);
  await stranger.ask("/api/auth/csrf");
  const meant = { Cookie: `csrf=${stranger.csrf}`, "X-CSRF-Token": stranger.csrf, Origin: "http://127.0.0.1:3000" };
  const json = { ...meant, "Content-Type": "application/json" };
  expect(await pour("/api/whatsapp/send-media")).toEqual({ status: 403, pieces: 0 });
  for (const path of ["/api/whatsapp/send-media", "/api/auth/login"])
    expect(await pour(path, json)).toEqual({ status: 413, pieces: 1 });
});

test("taking data out has a limit of its own, for each person and over all ways out; the rest of the panel goes on", async () => {
  const clock = createVirtualClock(systemClock.instant());
  const api = testApi(db, undefined, clock);
  const businessId = await addBusiness(db, { name: "מספרה", phone: "+97231110002" as never });
  const [dana, yossi] = [new Browser(api), new Browser(api)];
  for (const browser of [dana, yossi]) await browser.login((await addPerson(db, "owner", businessId)).email, password);
  const list = (who: Browser) => who.ask("/api/leads/export.csv");
  const person = (who: Browser) => who.ask(`/api/customers/${newId()}/export`); // of nobody, and counted all the same
  for (let taken = 0; taken < limits.exportsPerMinuteMax - 1; taken++) expect((await list(dana)).status).toBe(200);
  expect((await person(dana)).status).toBe(404);
  for (const held of [await list(dana), await person(dana)])
    expect([held.status, held.headers.get("retry-after")]).toEqual([429, "60"]);
  expect((await dana.ask("/api/leads")).status).toBe(200);
  expect((await list(yossi)).status).toBe(200);
  clock.advance(60_000);
  expect((await list(dana)).status).toBe(200);
});

test("K12: whoever asks too often is told when to come back; others are not held up", () => {
  const clock = createVirtualClock();
  const rate = new RequestRate(clock, 3);
  for (let asked = 0; asked < 3; asked++) rate.count("dana");
  expect(() => rate.count("dana")).toThrow(expect.objectContaining({ code: "rate_limited", retryAfterSeconds: 60 }));
  rate.count("yossi");
  clock.advance(60_000);
  rate.count("dana");
});
