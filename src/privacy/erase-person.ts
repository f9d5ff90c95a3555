import { type SQL, sql } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { type CustomerId, newId } from "../base/ids.ts";
import { callJobs } from "../calls/after-call.ts";
import { requireCustomer } from "../crm/customers/read-customer.ts";
import { announce } from "../db/announce.ts";
import { type ErasureTodo, erasures } from "../db/schema/erasure.ts";
import { enqueue } from "../jobs/queue.ts";
import { audit } from "../tenants/audit.ts";
import { authorOf } from "../tenants/author.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { filesOf } from "./export-person.ts";
import { countRows, type PersonTable, personTables } from "./person-rows.ts";

/** Queue of the job that ends an erasure: files and copies at providers. */
export const erasureQueue = "privacy.erase";

/**
 * Erases a person. Their rows go with this transaction; calls stay as numbers for the bill, with nobody in them. What
 * lies on the disk and at providers is in the erasure's row, and a durable job sees to it until nothing is left.
 * Returns the erasure's id. @throws AppError "not_found", "taken" while a call with them goes on.
 */
export async function erasePerson(ctx: Ctx, customerId: CustomerId): Promise<string> {
  const { tx, businessId } = ctx;
  await requireCustomer(ctx, customerId);
  await tx.execute(sql`select from customers where business_id = ${businessId} and id = ${customerId} for update`);
  await refuseDuringCall(ctx, customerId);
  const counts = await countRows(ctx, customerId);
  const todo = await outsideOf(ctx, customerId);
  for (const recordingId of todo.recordingIds)
    await enqueue(tx, { businessId, queue: callJobs.deleteRecording, dedupe: recordingId, payload: { recordingId } });
  await removeRows(ctx, customerId);
  const id = newId();
  const author = authorOf(ctx.actor);
  await tx.insert(erasures).values({
    ...{ id, businessId, customerId, todo, counts: { ...counts, files: todo.files.length } },
    requestedByName: author.name,
    requestedByUserId: author.userId,
  });
  await enqueue(tx, { businessId, queue: erasureQueue, dedupe: id, payload: { erasureId: id } });
  await audit(ctx, { action: "customer.erase", subject: `customer:${customerId}`, detail: { erasure: id } });
  await announce(tx, { businessId, type: "customer", id: customerId });
  return id;
}

// What a call leaves behind is written within this time after its end, also when the database was away for a minute.
const callSettles = "2 minutes";

async function refuseDuringCall({ tx, businessId }: Ctx, customerId: CustomerId): Promise<void> {
  const [live] =
    await tx.execute(sql`select from calls where business_id = ${businessId} and customer_id = ${customerId}
    and (ended_at is null or ended_at > now() - ${callSettles}::interval) limit 1`);
  if (live) throw new AppError("taken", "a call with them goes on, or has just ended", { public: "call_in_progress" });
}

type Person = NonNullable<ErasureTodo["people"]>[number] & Record<string, unknown>;

async function outsideOf(ctx: Ctx, customerId: CustomerId): Promise<ErasureTodo> {
  const theirs = sql`business_id = ${ctx.businessId} and customer_id = ${customerId}`;
  const ids = async (query: SQL) => (await ctx.tx.execute<{ id: string }>(query)).map(({ id }) => id);
  return {
    // Files of recordings are removed by their own jobs.
    files: (await filesOf(ctx, customerId)).flatMap(({ kind, file }) => (kind === "media" ? [file] : [])),
    recordingIds: await ids(sql`select id from recordings where business_id = ${ctx.businessId} and status <> 'deleted'
      and call_id in (select id from calls where ${theirs})`),
    callSids: await ids(sql`select call_sid as id from calls where ${theirs} and origin = 'phone'`),
    // Twilio's; what went through the business's own WhatsApp lies with WhatsApp alone.
    messageSids: await ids(sql`select provider_id as id from messages where ${theirs}
      and provider_id ~* '^[SM]M[0-9a-f]{32}$'`),
    people: await ctx.tx.execute<Person>(sql`select kind, value from customer_identities where ${theirs}
      and kind in ('phone', 'lid', 'bsuid')`),
  };
}

// What hangs on the customer's row goes with it; these have to be named. What points at others goes first.
const removedFirst = [
  "webhook_deliveries",
  "notifications",
  "unanswered_questions",
  "pending_slots",
  "tasks",
  "customer_merges",
  "call_turns",
  "call_events",
];

async function removeRows(ctx: Ctx, customerId: CustomerId): Promise<void> {
  const { tx, businessId } = ctx;
  const tables = personTables(ctx, customerId);
  for (const name of removedFirst) {
    const table = tables.find((one) => one.name === name);
    if (table) await removeFrom(tx, table);
  }
  const theirs = sql`business_id = ${businessId} and customer_id = ${customerId}`;
  await tx.execute(sql`update recordings set peaks = null
    where business_id = ${businessId} and call_id in (select id from calls where ${theirs})`);
  // The provider's id leads to the number there: the row gets one that leads nowhere.
  await tx.execute(sql`update calls set customer_id = null, from_phone = null, forwarded_from = null, summary = null,
    trace = null, call_sid = 'CA' || replace(gen_random_uuid()::text, '-', '') where ${theirs}`);
  await tx.execute(sql`delete from customers where business_id = ${businessId} and id = ${customerId}`);
}

/** What a row tells of others stays: it may still be on its way to another program. */
async function removeFrom(tx: Ctx["tx"], { name, of, shared }: PersonTable): Promise<void> {
  const table = sql.identifier(name);
  if (shared)
    await tx.execute(sql`update ${table} t set payload = ${shared.rest} where ${of} and ${shared.rest} is not null`);
  await tx.execute(sql`delete from ${table} t where ${of}`);
}
