import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Hono } from "hono";
import type { Sql } from "postgres";
import type { ApiEnv } from "../api/env.ts";
import { Browser } from "../app/testing/browser.ts";
import { addPerson, password, testApi } from "../app/testing/people.ts";
import { systemClock } from "../base/clock.ts";
import { silentLog } from "../base/log.ts";
import { connectPostgres } from "../db/connect.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { createLiveHub, type LiveHub } from "../notify/live.ts";
import { askedElsewhere, type TenantCase, tenantCases } from "./testing/tenant-cases.ts";
import { type Seeded, seedTenant } from "./testing/tenant-seed.ts";

// S1, S2, C1: every route of the product, asked as one business with the ids of another. The routes come from the router
// itself: one without a case fails here.
const marker = "ZZB7QX";
let db: TestDatabase;
let sql: Sql;
let hub: LiveHub;
let api: Hono<ApiEnv>;
let a: { owner: Browser; ids: Seeded };
let b: { owner: Browser; ids: Seeded };
let admin: Browser;
let adminInA: Browser;

beforeAll(async () => {
  db = await testDatabase();
  sql = connectPostgres(db.address, { connections: 1 });
  hub = createLiveHub({ db, clock: systemClock, log: silentLog, random: Math.random });
  api = testApi(db, undefined, undefined, hub);
  const open = () => new Browser(api);
  a = await seedTenant(db, "AAA3", open);
  b = await seedTenant(db, marker, open);
  const person = await addPerson(db, "system_admin");
  [admin, adminInA] = [open(), open()];
  await admin.login(person.email, password);
  await adminInA.login(person.email, password);
  await adminInA.ask("/api/auth/impersonation", { body: { businessId: a.ids.business } });
}, 60_000);
afterAll(async () => {
  await hub.close();
  await sql.end();
  await db.drop();
}, 30_000);

const routes = (): string[] => [
  ...new Set(api.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`)),
];
const isUnsafe = (route: string): boolean => !route.startsWith("GET ");
const fill = (text: string, ids: Seeded): string =>
  text.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? expect.unreachable(`no ${name} is seeded`));

/** The route as its case has it, with the ids of `ids`. */
function ask(who: Browser, route: string, ids: Seeded, headers: Record<string, string | null> = {}) {
  const [method = "", path = ""] = route.split(" ");
  const known = tenantCases[route] ?? {};
  const at = fill(known.at ?? path, ids);
  const body = known.body === undefined ? {} : { body: JSON.parse(fill(JSON.stringify(known.body), ids)) };
  if (known.raw === undefined) return who.ask(at, { method, ...body, headers });
  return who.ask(at, { method, raw: known.raw.text, headers: { "Content-Type": known.raw.type, ...headers } });
}

const namesForeign = ({ at = "", body }: TenantCase): boolean => /\{\w+\}/.test(at + JSON.stringify(body ?? ""));
const inPath = ({ at = "" }: TenantCase): boolean => /\{\w+\}/.test(at.split("?")[0] ?? "");

/** Every row of the business in every table that has a tenant, as one value. */
async function rowsOf(business: string): Promise<string> {
  const tables = await sql<{ name: string; column: string }[]>`
    select c.relname as name, case c.relname when 'businesses' then 'id' else 'business_id' end as column
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and (c.relname = 'businesses' or exists (
      select from pg_attribute where attrelid = c.oid and attname = 'business_id' and not attisdropped)) order by 1`;
  const hash = ({ name, column }: { name: string; column: string }) =>
    `select '${name}' as t, md5(coalesce(string_agg(r::text, '|' order by r::text), '')) as h from ${name} r where ${column} = '${business}'`;
  return JSON.stringify(await sql.unsafe(tables.map(hash).join(" union all ")));
}

test("every route has a case, and every case a route", () => {
  const all = routes();
  const cases = [...Object.keys(tenantCases), ...askedElsewhere];
  expect(all.filter((route) => !cases.includes(route))).toEqual([]);
  expect(cases.filter((route) => !all.includes(route))).toEqual([]);
});

describe("one business with another's ids", () => {
  const tried = { routes: 0, withIds: 0 };

  test("gets 404 for what stands in the path, nothing of the other in any answer, and changes no row of it", async () => {
    const before = await rowsOf(b.ids.business!);
    for (const route of routes().filter((each) => each in tenantCases)) {
      const known = tenantCases[route]!;
      const isAdmin = route.includes(" /api/admin/");
      const { status, body } = await ask(a.owner, route, b.ids);
      const said = typeof body === "string" ? body : JSON.stringify(body);
      tried.routes++;
      if (namesForeign(known)) tried.withIds++;
      expect(status, `${route}: ${said}`).toBeLessThan(500);
      if (isAdmin) expect(status, route).toBe(403);
      else if (inPath(known)) expect([status, route], said).toEqual([404, route]);
      else if (namesForeign(known) && isUnsafe(route)) expect(status, `${route}: ${said}`).toBeGreaterThanOrEqual(400);
      expectNothingOf(b.ids, said, route);
      expect(await rowsOf(b.ids.business!), `${route} changed something of the other business`).toBe(before);
    }
    process.stdout.write(
      `isolation: ${tried.routes} routes tried, ${tried.withIds} of them with the other business's ids\n`,
    );
  }, 120_000);

  test("gets the same answer for another's id and for one that nobody has", async () => {
    const nobody = { ...b.ids, ...Object.fromEntries(Object.keys(b.ids).map((name) => [name, crypto.randomUUID()])) };
    for (const route of routes().filter((each) => each in tenantCases && inPath(tenantCases[each]!))) {
      const [foreign, unknown] = [await ask(a.owner, route, b.ids), await ask(a.owner, route, nobody)];
      if (route.includes("/numbers/")) continue; // an id there is no number
      expect([foreign.status, foreign.body], route).toEqual([unknown.status, unknown.body]);
    }
  }, 60_000);

  test("the ids are real: their own business is not told that they are unknown", async () => {
    const unknown: string[] = [];
    for (const route of routes().filter(
      (each) => each in tenantCases && inPath(tenantCases[each]!) && !isUnsafe(each),
    )) {
      const { status } = await ask(b.owner, route, b.ids);
      if (status === 404) unknown.push(route);
    }
    // Without a real file behind it, or with a token that is none.
    expect(unknown.filter((route) => !/recordings|media|feed|trace/.test(route))).toEqual([]);
  }, 60_000);

  test("an administrator inside the one sees nothing of the other, and no route outside a business", async () => {
    const before = await rowsOf(b.ids.business!);
    for (const route of routes().filter((each) => each in tenantCases && !each.includes(" /api/admin/"))) {
      const { status, body } = await ask(adminInA, route, b.ids);
      const said = typeof body === "string" ? body : JSON.stringify(body);
      expect(status, `${route}: ${said}`).toBeLessThan(500);
      if (inPath(tenantCases[route]!)) expect([status, route], said).toEqual([404, route]);
      expectNothingOf(b.ids, said, route);
    }
    expect(await rowsOf(b.ids.business!)).toBe(before);
  }, 120_000);
});

/** What was sent may come back in a sentence; what was not sent may not show. */
function expectNothingOf(ids: Seeded, said: string, route: string): void {
  const sent = JSON.stringify(tenantCases[route] ?? {});
  for (const [name, value] of Object.entries(ids)) {
    if (sent.includes(`{${name}}`)) continue;
    expect(said.includes(value), `${route} shows ${name} of the other business: ${said.slice(0, 500)}`).toBe(false);
  }
}

test("without a login every route is 401, but for those that are for anybody", async () => {
  const { body } = await admin.ask<{ paths: Record<string, Record<string, { "x-access"?: string }>> }>(
    "/api/openapi.json",
  );
  let refused = 0;
  for (const route of routes()) {
    const [method = "", path = ""] = route.split(" ");
    if (body.paths[path.replace(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()]?.["x-access"] === "public") continue;
    const stranger = new Browser(api);
    await stranger.ask("/api/auth/csrf");
    expect((await ask(stranger, route, b.ids)).status, route).toBe(401);
    refused++;
  }
  process.stdout.write(`isolation: ${refused} routes refused without a login\n`);
}, 60_000);

test("every change without the token, with another's, or from a foreign page is 403 and changes nothing", async () => {
  const before = await rowsOf(a.ids.business!);
  const forged: Record<string, string | null>[] = [
    { "X-CSRF-Token": null },
    { "X-CSRF-Token": b.owner.csrf },
    { "X-CSRF-Token": "x".repeat(43) },
    { Origin: "https://evil.example" },
    { Origin: "null" },
    { Origin: null, "Sec-Fetch-Site": "cross-site" },
  ];
  let refused = 0;
  for (const route of routes().filter(isUnsafe))
    for (const headers of forged) {
      expect((await ask(a.owner, route, a.ids, headers)).status, `${route} ${JSON.stringify(headers)}`).toBe(403);
      refused++;
    }
  expect(await rowsOf(a.ids.business!)).toBe(before);
  process.stdout.write(`isolation: ${refused} forged changes refused\n`);
}, 60_000);
