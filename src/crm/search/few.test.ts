import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { type TestBusiness, testBusiness } from "../../calendar/testing/test-business.ts";
import { calls } from "../../db/schema/call.ts";
import { withSystem } from "../../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../../db/test-db.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { fewCalls, fewCustomers } from "./few.ts";
import { foundCustomers, readSearch, saidIn } from "./found-by.ts";

// Counted out or not, the same people and calls are found: 2,100 of each, of whom every seventh has a word of their own.
let db: TestDatabase;
let business: TestBusiness;
let other: TestBusiness;

beforeAll(async () => {
  db = await testDatabase();
  [business, other] = [await testBusiness(db), await testBusiness(db)];
  for (const { businessId } of [business, other])
    await withSystem(
      db,
      async (tx) => {
        const name = sql`'כהן לקוח' || n || case when n % 7 = 0 then ' שביעי' else '' end`;
        await tx.execute(sql`insert into customers (id, business_id, name)
          select gen_random_uuid(), ${businessId}, ${name} from generate_series(1, 2100) n`);
        await tx.execute(sql`insert into customer_identities (id, business_id, customer_id, kind, value)
          select gen_random_uuid(), business_id, id, 'phone', '+97250' || (1000000 + row_number() over (order by name))
          from customers where business_id = ${businessId} and name like 'כהן%'`);
        await tx.execute(sql`insert into calls (id, business_id, call_sid, from_phone, status, started_at, summary)
          select gen_random_uuid(), ${businessId}, 'CA' || md5(${businessId}::text || n), '+97250' || (1000000 + n), 'completed',
            now(), ${name} || ' לתספורת' from generate_series(1, 2100) n`);
      },
      { deadlineMs: 60_000 },
    );
}, 60_000);
afterAll(() => db.drop());

const listed = async (ctx: Ctx, text: string) => {
  const search = readSearch(text)!;
  const people = await ctx.tx.execute<{ id: string }>(foundCustomers(ctx, search));
  const said = await ctx.tx
    .select({ id: calls.id })
    .from(calls)
    .where(saidIn(ctx, calls.id, search));
  return [people, said].map((rows) => [...new Set(rows.map(({ id }) => id))].sort());
};
const counted = async (ctx: Ctx, text: string) => {
  const search = readSearch(text)!;
  return [await fewCustomers(ctx, search), await fewCalls(ctx, search)].map((few) => few && [...few].sort());
};

test.each([
  ["a rare word", "לקוח77", true],
  ["a rare word behind a common one", "כהן שביעי", true],
  ["a rare word before a common one", "שביעי כהן", true],
  ["two rare words", "שביעי לקוח7", true],
  ["words of different people", "לקוח77 לקוח88", true],
  ["the last digits of a number", "1777", true],
  ["its first digits", "0501000", true],
  ["nobody", "גיטרה כהן", true],
  ["signs alone", "!!!", true],
  ["everybody", "כהן", false],
  ["everybody by two words", "כהן לקוח", false],
  ["everybody by a number", "0501", false],
])("%s: the same with and without counting", async (_what, text, isFew) => {
  const [all, few] = await business.run(async (ctx) => [await listed(ctx, text), await counted(ctx, text)] as const);
  expect(few.map((ids) => ids !== null)).toEqual([isFew, isFew]);
  if (isFew) expect(few).toEqual(all);
});
