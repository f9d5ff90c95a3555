import { afterAll, beforeAll, expect, test } from "bun:test";
import { and, eq, gte } from "drizzle-orm";
import { type BusinessId, newId } from "../base/ids.ts";
import type { Tx } from "./client.ts";
import { keptQuery } from "./kept.ts";
import { businesses } from "./schema/business.ts";
import { customers } from "./schema/customer.ts";
import { withTenant } from "./tenant.ts";
import { type TestDatabase, testDatabase } from "./test-db.ts";

let db: TestDatabase;
const tenants = [newId<BusinessId>(), newId<BusinessId>()] as const;
const day = (day: number) => Temporal.Instant.from(`2026-01-0${day}T10:00:00.123456Z`);

beforeAll(async () => {
  db = await testDatabase();
  for (const id of tenants)
    await withTenant(db, id, async (tx) => {
      await tx.insert(businesses).values({ id, name: id, timezone: "Asia/Jerusalem" });
      for (const each of [1, 2, 3])
        await tx.insert(customers).values({ id: newId(), businessId: id, name: `${each}`, createdAt: day(each) });
    });
});
afterAll(() => db.drop());

interface Asked {
  businessId: BusinessId;
  name?: string | undefined;
  from?: Temporal.Instant | undefined;
}
let built = 0;
const named = keptQuery((tx: Tx, { full }: { full: boolean }, { businessId, name, from }: Asked) => {
  built++;
  return tx
    .select({
      of: customers.businessId,
      name: customers.name,
      at: customers.createdAt,
      ...(full ? { namedBy: customers.namedBy } : {}),
    })
    .from(customers)
    .where(
      and(
        eq(customers.businessId, businessId),
        name === undefined ? undefined : eq(customers.name, name),
        from === undefined ? undefined : gte(customers.createdAt, from),
      ),
    )
    .orderBy(customers.name);
});

test("a kept query is built once per shape, and asks each time with the values and in the transaction it is given", async () => {
  for (const businessId of [...tenants, ...tenants]) {
    const ask = (asked: Omit<Asked, "businessId">, full = false) =>
      withTenant(db, businessId, (tx) => named(tx, { full }, { businessId, ...asked }));
    expect(await ask({ name: "2" })).toEqual([{ of: businessId, name: "2", at: day(2) }]);
    expect(await ask({ name: "3" })).toEqual([{ of: businessId, name: "3", at: day(3) }]);
    expect((await ask({ from: day(2) })).map((row) => row.name)).toEqual(["2", "3"]);
    expect((await ask({ name: undefined })).map((row) => row.name)).toEqual(["1", "2", "3"]);
    expect(await ask({ name: "1" }, true)).toEqual([{ of: businessId, name: "1", at: day(1), namedBy: null }]);
  }
  expect(built).toBe(4);
});

test("it sees what the transaction may see, and no more", async () => {
  const [mine, other] = tenants;
  expect(await withTenant(db, mine, (tx) => named(tx, { full: false }, { businessId: other }))).toEqual([]);
});
