import { type SQL, sql } from "drizzle-orm";
import type { BusinessId } from "../base/ids.ts";
import type { Database, Tx } from "../db/client.ts";
import { withSystem } from "../db/tenant.ts";
import { enqueue } from "../jobs/queue.ts";
import { limits } from "../limits.ts";
import { erasureQueue } from "./erase-person.ts";

/** Queue of files whose rows are gone. */
export const removedFilesQueue = "privacy.remove_files";

// What nobody looks at again after a season: lines behind the bell, outages that are over, jobs that were given up.
const seasonDays = 90;
// Of each kind and sweep: the first sweep after a business has chosen a shorter time must not hold up the database.
const sweptRows = 2_000;

/**
 * Takes away what a business keeps no longer than so many months: messages with their files, words and summaries of
 * calls, what other rows quote of both, the audit log; and what no business decides about, after `seasonDays`. Recordings have days of their own
 * (calls/recordings). Also puts erasures back to work that no
 * job sees to any more. Returns how many rows went.
 */
export async function sweepRetention(db: Database, now: Temporal.Instant): Promise<number> {
  return withSystem(
    db,
    async (tx) => {
      await resumeErasures(tx);
      let swept = 0;
      for (const sweep of [sweepMessages, sweepTranscripts, sweepQuotes, sweepAudit])
        swept += await sweep(tx, before(now));
      return swept + (await sweepSeason(tx, now));
    },
    { deadlineMs: limits.jobQueryMs },
  );
}

type Before = (months: SQL) => SQL;

/** The moment so many months ago; null for null months, and nothing is older than that. */
const before =
  (now: Temporal.Instant): Before =>
  (months) =>
    sql`${now.toString()}::timestamptz - make_interval(months => ${months})`;

async function sweepMessages(tx: Tx, old: Before): Promise<number> {
  const due = sql`select m.id from business_settings s join messages m on m.business_id = s.business_id
    where s.message_months is not null and m.created_at < ${old(sql`s.message_months`)} limit ${sweptRows}`;
  const gone = await tx.execute<{ id: string; business_id: BusinessId; file: string | null }>(sql`
    with due as materialized (${due}),
      files as (select business_id, file from message_media where message_id in (select id from due) and file is not null),
      gone as (delete from messages where id in (select id from due) returning id, business_id)
    select id, business_id, null as file from gone union all select null, business_id, file from files`);
  const files = gone.filter((row): row is typeof row & { file: string } => row.file !== null);
  for (const [businessId, own] of Map.groupBy(files, (row) => row.business_id))
    await enqueue(tx, { businessId, queue: removedFilesQueue, payload: { files: own.map(({ file }) => file) } });
  return gone.length - files.length;
}

/** The call stays in the log with its times and its cost. */
async function sweepTranscripts(tx: Tx, old: Before): Promise<number> {
  const due = await tx.execute<{ id: string }>(sql`
    update calls set summary = null, trace = null where id in (
      select c.id from business_settings s join calls c on c.business_id = s.business_id
      where s.transcript_months is not null and c.started_at < ${old(sql`s.transcript_months`)}
        and (c.summary is not null or c.trace is not null or exists (
          select from call_turns t where t.call_id = c.id))
      limit ${sweptRows}) returning id`);
  const ids = JSON.stringify(due.map(({ id }) => id));
  for (const table of ["call_turns", "call_events"])
    await tx.execute(sql`delete from ${sql.identifier(table)}
      where call_id in (select value::uuid from jsonb_array_elements_text(${ids}::jsonb))`);
  return due.length;
}

/**
 * A customer's words in rows that stay, or would go later: quoted from a call they are kept as long as its transcript,
 * from a chat as long as its messages. A task that is still open keeps them, and one that staff wrote.
 */
async function sweepQuotes(tx: Tx, old: Before): Promise<number> {
  const rowsOf = (table: string, since: SQL, quotes = sql`true`) => sql`(select t.id from business_settings s
    join ${sql.identifier(table)} t on t.business_id = s.business_id
    where t.created_at < ${old(since)} and ${quotes} limit ${sweptRows})`;
  const months = (isCall: SQL) => sql`case when ${isCall} then s.transcript_months else s.message_months end`;
  const ofCall = sql`exists (select from calls c where c.business_id = t.business_id and c.id = t.conversation_id)`;
  const done = sql`t.detail is not null and t.status = 'done' and t.created_by <> 'staff'`;
  const questions = rowsOf("unanswered_questions", months(ofCall));
  const bell = rowsOf("notifications", sql`least(s.transcript_months, s.message_months)`);
  const reasons = rowsOf("meetings", months(sql`t.source = 'call'`), sql`t.evidence is not null`);
  const tasks = rowsOf("tasks", months(sql`t.call_id is not null`), done);
  const swept = [
    await tx.execute(sql`delete from unanswered_questions where id in ${questions} returning id`),
    await tx.execute(sql`delete from notifications where id in ${bell} returning id`),
    await tx.execute(sql`update meetings set evidence = null where id in ${reasons} returning id`),
    await tx.execute(sql`update tasks set detail = null where id in ${tasks} returning id`),
  ];
  return swept.reduce((sum, { length }) => sum + length, 0);
}

/** What operators did outside of any business is kept as long as the shortest that a business may choose. */
async function sweepAudit(tx: Tx, old: Before): Promise<number> {
  const gone = await tx.execute(sql`delete from audit_log where id in (
    (select a.id from business_settings s join audit_log a on a.business_id = s.business_id
      where a.created_at < ${old(sql`s.audit_months`)} limit ${sweptRows})
    union all
    (select id from audit_log where business_id is null and created_at < ${old(sql`24`)} limit ${sweptRows})) returning id`);
  return gone.length;
}

async function sweepSeason(tx: Tx, now: Temporal.Instant): Promise<number> {
  const old = sql`${now.subtract({ hours: 24 * seasonDays }).toString()}::timestamptz`;
  const over: readonly [table: string, condition: SQL][] = [
    ["notifications", sql`created_at < ${old}`],
    ["whatsapp_outages", sql`ended_at < ${old}`],
    ["jobs", sql`state = 'dead' and created_at < ${old}`],
  ];
  let swept = 0;
  for (const [name, condition] of over) {
    const table = sql.identifier(name);
    const gone = await tx.execute(sql`delete from ${table} where id in (
      select id from ${table} where ${condition} limit ${sweptRows}) returning id`);
    swept += gone.length;
  }
  return swept;
}

/** A job that was given up after a day without its provider is buried; the promise to erase is not. */
async function resumeErasures(tx: Tx): Promise<void> {
  const open = await tx.execute<{ id: string; business_id: BusinessId }>(sql`
    select id, business_id from erasures e where finished_at is null and not exists (
      select from jobs where queue = ${erasureQueue} and dedupe = e.id::text and state <> 'dead') limit 100`);
  for (const { id, business_id: businessId } of open)
    await enqueue(tx, { businessId, queue: erasureQueue, dedupe: id, payload: { erasureId: id } });
}
