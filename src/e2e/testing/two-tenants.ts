import { expect } from "bun:test";
import type { Hono } from "hono";
import type { ApiEnv } from "../../api/env.ts";
import { type Answer, Browser } from "../../app/testing/browser.ts";
import { addPerson, password, testApi } from "../../app/testing/people.ts";
import { systemClock } from "../../base/clock.ts";
import { silentLog } from "../../base/log.ts";
import { connectPostgres } from "../../db/connect.ts";
import { type TestDatabase, testDatabase } from "../../db/test-db.ts";
import { createLiveHub, type LiveHub } from "../../notify/live.ts";
import { type TenantCase, tenantCases } from "./tenant-cases.ts";
import { type Seeded, seedTenant } from "./tenant-seed.ts";

/** A business with one of everything, its owner logged in. */
export type Tenant = Awaited<ReturnType<typeof seedTenant>>;

/** The API with two businesses, neither of which may see a byte of the other. Every text of `b` holds its marker. */
export interface TwoTenants {
  api: Hono<ApiEnv>;
  db: TestDatabase;
  hub: LiveHub;
  a: Tenant;
  b: Tenant;
  admin: Browser;
  /** An administrator who has entered `a`. */
  adminInA: Browser;
  /** Every row of the business in every table that has a tenant, as one value. */
  rowsOf(business: string): Promise<string>;
  /** Takes row-level security away: what keeps the two apart from now on is that every statement names the business. */
  withoutRowSecurity(): Promise<void>;
  close(): Promise<void>;
}

export async function openTwoTenants(): Promise<TwoTenants> {
  const db = await testDatabase();
  const sql = connectPostgres(db.address, { connections: 1 });
  const hub = createLiveHub({ db, clock: systemClock, log: silentLog, random: Math.random });
  const api = testApi(db, undefined, undefined, hub);
  const open = () => new Browser(api);
  const a = await seedTenant(db, "AAA3", open);
  const b = await seedTenant(db, "ZZB7QX", open);
  const person = await addPerson(db, "system_admin");
  const [admin, adminInA] = [open(), open()];
  await admin.login(person.email, password);
  await adminInA.login(person.email, password);
  await adminInA.ask("/api/auth/impersonation", { body: { businessId: a.ids.business } });
  await hub.listening;
  return {
    ...{ api, db, hub, a, b, admin, adminInA },
    async rowsOf(business) {
      const tables = await sql<{ name: string; column: string }[]>`
        select c.relname as name, case c.relname when 'businesses' then 'id' else 'business_id' end as column
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and (c.relname = 'businesses' or exists (
          select from pg_attribute where attrelid = c.oid and attname = 'business_id' and not attisdropped)) order by 1`;
      const hash = ({ name, column }: { name: string; column: string }) =>
        `select '${name}' as t, md5(coalesce(string_agg(r::text, '|' order by r::text), '')) as h from ${name} r where ${column} = '${business}'`;
      return JSON.stringify(await sql.unsafe(tables.map(hash).join(" union all ")));
    },
    async withoutRowSecurity() {
      await sql.unsafe(`do $$ declare t regclass; begin
        for t in select oid from pg_class where relnamespace = 'public'::regnamespace and relrowsecurity loop
          execute format('alter table %s disable row level security', t);
        end loop; end $$`);
    },
    async close() {
      await hub.close();
      await sql.end();
      await db.drop();
    },
  };
}

/** As the router has them. */
export const routesOf = (api: Hono<ApiEnv>): string[] => [
  ...new Set(api.routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => `${method} ${path}`)),
];
/** Those of a business: they have a case, and are no administrator's. */
export const tenantRoutesOf = (api: Hono<ApiEnv>): string[] =>
  routesOf(api).filter((route) => route in tenantCases && !route.includes(" /api/admin/"));
/** An answer's body as the text in which ids and words are looked for. */
export const textOf = (body: unknown): string => (typeof body === "string" ? body : JSON.stringify(body));
export const isUnsafe = (route: string): boolean => !route.startsWith("GET ");

const fill = (text: string, ids: Seeded): string =>
  text.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? expect.unreachable(`no ${name} is seeded`));

/** The route as its case has it, with the ids of `ids`. */
export function askRoute(
  who: Browser,
  route: string,
  ids: Seeded,
  headers: Record<string, string | null> = {},
): Promise<Answer> {
  const [method = "", path = ""] = route.split(" ");
  const known = tenantCases[route] ?? {};
  const at = fill(known.at ?? path, ids);
  const body = known.body === undefined ? {} : { body: JSON.parse(fill(JSON.stringify(known.body), ids)) };
  if (known.raw === undefined) return who.ask(at, { method, ...body, headers });
  return who.ask(at, { method, raw: known.raw.text, headers: { "Content-Type": known.raw.type, ...headers } });
}

export const namesForeign = ({ at = "", body }: TenantCase): boolean => /\{\w+\}/.test(at + JSON.stringify(body ?? ""));
export const inPath = ({ at = "" }: TenantCase): boolean => /\{\w+\}/.test(at.split("?")[0] ?? "");

/** What was sent may come back in a sentence; what was not sent may not show. */
export function expectNothingOf(ids: Seeded, said: string, route: string): void {
  const sent = JSON.stringify(tenantCases[route] ?? {});
  for (const [name, value] of Object.entries(ids)) {
    if (sent.includes(`{${name}}`)) continue;
    expect(said.includes(value), `${route} shows ${name} of the other business: ${said.slice(0, 500)}`).toBe(false);
  }
}
