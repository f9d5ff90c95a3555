// The lists stay quick when a business is large: no statement of theirs may read a whole table.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { type CustomerId, newId } from "../base/ids.ts";
import { type TestBusiness, testBusiness } from "../calendar/testing/test-business.ts";
import { connectPostgres } from "../db/connect.ts";
import { withSystem } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { countLeads } from "./leads/count-leads.ts";
import { type LeadQuery, listLeads } from "./leads/list-leads.ts";
import { listTasks } from "./tasks/list-tasks.ts";
import { timeline } from "./timeline/timeline.ts";

// Enough that the planner prefers an index wherever one serves.
const rows = 6_000;
let db: TestDatabase;
let business: TestBusiness;

beforeAll(async () => {
  db = await testDatabase();
  business = await testBusiness(db);
  const { businessId } = business;
  const series = sql`generate_series(1, ${rows}::int) as n`;
  const at = sql`now() - n * interval '1 minute'`;
  await withSystem(
    db,
    async (tx) => {
      await tx.execute(sql`insert into customers (id, business_id, name, created_at)
        select gen_random_uuid(), ${businessId}, 'שם' || n || ' כהן', ${at} from ${series}`);
      await tx.execute(sql`insert into leads (id, business_id, customer_id, source, status, created_at, active_at)
        select gen_random_uuid(), business_id, id, 'call', case when random() < 0.1 then 'won' else 'new' end, created_at, created_at
        from customers where business_id = ${businessId} and name like '%כהן'`);
      await tx.execute(sql`insert into customer_identities (id, business_id, customer_id, kind, value)
        select gen_random_uuid(), business_id, id, 'phone', '+97250' || (1000000 + row_number() over ())
        from customers where business_id = ${businessId}`);
      await tx.execute(sql`insert into tasks (id, business_id, title, status, due_at, done_at, created_at, customer_id)
        select gen_random_uuid(), business_id, 'x', case when random() < 0.5 then 'open' else 'done' end,
          created_at, created_at, created_at, id from customers where business_id = ${businessId}`);
      await tx.execute(sql`insert into notes (id, business_id, customer_id, body, created_by, author_name, created_at)
        select gen_random_uuid(), business_id, id, 'הערה', 'staff', 'דנה', created_at
        from customers where business_id = ${businessId}`);
    },
    { deadlineMs: 60_000 },
  );
  const owner = connectPostgres(db.address, { connections: 1 });
  await owner`analyze`;
  await owner.end();
}, 90_000);
afterAll(() => db.drop());

/** How often each of the filled tables was read from end to end, as this connection counts it. */
async function wholeReads(ctx: Ctx): Promise<string> {
  const read = await ctx.tx.execute(sql`
    select relname as name, seq_scan::int as times from pg_stat_xact_user_tables
    where relname in ('leads', 'customers', 'customer_identities', 'customer_terms', 'tasks', 'notes') order by relname`);
  return JSON.stringify([...read]);
}

const now = Temporal.Now.instant();
const page = { limit: 50, now };
const cursor = `${now.subtract({ hours: 20 }).toString()}~00000000-0000-0000-0000-000000000000`;

test.each<[string, (ctx: Ctx) => Promise<unknown>]>([
  ["the newest leads", (ctx) => listLeads(ctx)],
  ["a later page", (ctx) => listLeads(ctx, { before: cursor })],
  ["recently active leads", (ctx) => listLeads(ctx, { sort: "active" })],
  ["leads of a status", (ctx) => listLeads(ctx, { status: "won" })],
  ["a rare name", (ctx) => listLeads(ctx, { q: "שם4242" })],
  ["two words", (ctx) => listLeads(ctx, { q: "כהן שם4242" })],
  ["the last digits of a number", (ctx) => listLeads(ctx, { q: "4242" })],
  ["open tasks", (ctx) => listTasks(ctx, { view: "open", ...page })],
  ["a later page of open tasks", (ctx) => listTasks(ctx, { view: "open", cursor, ...page })],
  ["overdue tasks", (ctx) => listTasks(ctx, { view: "overdue", ...page })],
  ["done tasks", (ctx) => listTasks(ctx, { view: "done", ...page })],
  ["all tasks", (ctx) => listTasks(ctx, { view: "all", ...page })],
  ["a timeline", (ctx) => timeline(ctx, business.customerIds[0]!)],
  ["leads of one status counted", (ctx) => countLeads(ctx, { q: "שם4242" })],
])("%s come from an index", async (_what, read) => {
  const [before, after] = await business.run(async (ctx) => {
    const counted = await wholeReads(ctx);
    await read(ctx);
    return [counted, await wholeReads(ctx)];
  });
  expect(after).toBe(before);
});

// The routes keep the plans of these: made for nobody's values, they serve the largest business as well as the smallest.
test.each<[string, LeadQuery]>([
  ["newest", {}],
  ["older than a cursor", { before: cursor }],
  ["recently active", { sort: "active" }],
  ["of a status", { status: "won" }],
  ["of a source", { source: "call" }],
  ["of a customer", { customerId: newId<CustomerId>() }],
  ["of a time", { createdFrom: now.subtract({ hours: 30 }), createdTo: now }],
  ["still open", { closed: false }],
])("leads (%s) come from an index with a kept plan", async (_what, query) => {
  const [before, after] = await business.run(async (ctx) => {
    await ctx.tx.execute(sql`set local plan_cache_mode = force_generic_plan`);
    const counted = await wholeReads(ctx);
    await listLeads(ctx, query);
    return [counted, await wholeReads(ctx)];
  });
  expect(after).toBe(before);
});
