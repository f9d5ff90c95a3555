import { afterAll, beforeAll, expect, test } from "bun:test";
import { hc } from "hono/client";
import type { Api } from "../api-types.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
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
