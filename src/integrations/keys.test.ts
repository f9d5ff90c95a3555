import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq, sql } from "drizzle-orm";
import type { Hono } from "hono";
import type { Access, ApiEnv } from "../api/env.ts";
import { door, member } from "../api/testing/door.ts";
import { testApi } from "../app/testing/people.ts";
import { systemClock } from "../base/clock.ts";
import type { Phone } from "../base/phone.ts";
import { apiKeys } from "../db/schema/api-key.ts";
import { businesses } from "../db/schema/business.ts";
import { withSystem } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { limits } from "../limits.ts";
import { addBusiness } from "../tenants/business.ts";
import { keyRoutes } from "./api-keys.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are compared whole, not used
type Answer = any;

let db: TestDatabase;
let api: ReturnType<typeof door>;
let whole: Hono<ApiEnv>;
let lastPhone = 0;

beforeAll(async () => {
  db = await testDatabase();
  api = door(keyRoutes({ db, clock: systemClock }));
  whole = testApi(db);
});
afterAll(() => db.drop());

const office = async (): Promise<Access> =>
  member(await addBusiness(db, { name: "מספרה", phone: `+9723111500${++lastPhone}` as Phone }));
const make = async (who: Access, scope = "write"): Promise<Answer> =>
  (await api.json<Answer>(who, "/api/keys", { body: { name: "האתר", scope } })).body;
const use = (key: string, path: string, init: RequestInit = {}) =>
  whole.request(path, { ...init, headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" } });

test("a key opens its own business, with a name in the audit; it is shown once and nowhere kept", async () => {
  const who = await office();
  const made = await make(who);
  expect(made.key).toMatch(/^al_[\w-]{43}$/);
  const answer = await use(made.key, "/api/business");
  expect(((await answer.json()) as Answer).id).toBe(who.businessId);
  const { body } = await api.json<Answer>(who, "/api/keys");
  expect(body.items).toMatchObject([{ id: made.id, name: "האתר", hint: made.key.slice(0, 8), madeBy: "דנה" }]);
  expect(body.items[0].lastUsedAt).not.toBeNull();
  const rows = await withSystem(db, (tx) => tx.select().from(apiKeys));
  expect(JSON.stringify([rows, body])).not.toContain(made.key);
});

test("a key that may only read changes nothing; no key reaches what is the owner's", async () => {
  const who = await office();
  const [reader, writer] = [await make(who, "read"), await make(who, "write")];
  const fact = { method: "POST", body: JSON.stringify({ subject: "חניה", body: "בחצר" }) };
  const refused = await use(reader.key, "/api/knowledge", fact);
  expect([refused.status, ((await refused.json()) as Answer).error.message]).toEqual([403, "read_only_key"]);
  expect((await use(writer.key, "/api/knowledge", fact)).status).toBe(201);
  for (const path of ["/api/keys", "/api/team", "/api/audit", "/api/admin/businesses"])
    expect((await use(writer.key, path)).status, path).toBe(403);
});

test("a revoked key, and any key of a suspended business, opens nothing", async () => {
  const who = await office();
  const [one, other] = [await make(who), await make(who)];
  expect((await api.json(await office(), `/api/keys/${one.id}`, { method: "DELETE" })).status).toBe(404);
  expect((await api.json(who, `/api/keys/${one.id}`, { method: "DELETE" })).status).toBe(204);
  expect((await api.json(who, `/api/keys/${one.id}`, { method: "DELETE" })).status).toBe(404);
  expect((await use(one.key, "/api/business")).status).toBe(401);
  expect((await use(other.key, "/api/business")).status).toBe(200);
  await withSystem(db, (tx) =>
    tx.update(businesses).set({ status: "suspended" }).where(eq(businesses.id, who.businessId!)),
  );
  expect((await use(other.key, "/api/business")).status).toBe(401);
});

test("there are so many keys and no more, and of the revoked ones the newest are remembered", async () => {
  const [who, other] = [await office(), await office()];
  const { id: kept } = await make(other);
  await api.json(other, `/api/keys/${kept}`, { method: "DELETE" });
  await withSystem(db, (tx) =>
    tx.execute(sql`insert into api_keys (id, business_id, name, scope, key, hint, made_by, revoked_at)
      select gen_random_uuid(), ${who.businessId}, 'x' || n, 'read', gen_random_uuid(), 'al_', 'z',
        case when n > ${limits.keysMax} then now() + n * interval '1 second' end
      from generate_series(2, ${limits.keysMax * 2 + 3}::int) as n`),
  );
  const listed = async (of: Access): Promise<Answer[]> => (await api.json<Answer>(of, "/api/keys")).body.items;
  const last = await make(who);
  const items = await listed(who);
  const isRevoked = ({ revokedAt }: Answer) => revokedAt !== null;
  expect([items.filter(isRevoked).length, items.length]).toEqual([limits.keysMax, limits.keysMax * 2]);
  expect(items.filter(isRevoked).some(({ name }) => name === `x${limits.keysMax + 1}`)).toBe(false);
  const { status, body } = await api.json<Answer>(who, "/api/keys", { body: { name: "עוד", scope: "read" } });
  expect([status, body.error.fields]).toEqual([422, [{ path: "name", code: "too_many" }]]);
  await api.json(who, `/api/keys/${last.id}`, { method: "DELETE" });
  expect((await make(who)).key).toMatch(/^al_/);
  expect(await listed(other)).toMatchObject([{ id: kept }]);
});

test("making a key wants the password given lately", async () => {
  const who = await office();
  const confirmedAt = systemClock.instant().subtract({ minutes: 16 });
  const asked = { body: { name: "x", scope: "read" }, confirmedAt };
  const { status, body } = await api.json<Answer>(who, "/api/keys", asked);
  expect([status, body.error.message]).toEqual([403, "confirm_password"]);
});

test.each([
  [{ name: "", scope: "read" }, "name"],
  [{ name: "x", scope: "all" }, "scope"],
])("%j is 422 at %s", async (body, field) => {
  const answer = await api.json<Answer>(await office(), "/api/keys", { body });
  expect([answer.status, answer.body.error.fields[0].path]).toEqual([422, field]);
});
