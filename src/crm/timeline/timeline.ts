import { sql } from "drizzle-orm";
import type { CustomerId } from "../../base/ids.ts";
import type { Ctx } from "../../tenants/ctx.ts";

export type TimelineKind = "call" | "message" | "meeting" | "task" | "note";

/** One thing that happened with a customer. */
export interface TimelineEntry {
  kind: TimelineKind;
  id: string;
  at: Temporal.Instant;
  /** Who: `customer`, `assistant`, `staff`, `system`. */
  author: string;
  status: string | null;
  text: string | null;
}

export interface TimelinePage {
  entries: TimelineEntry[];
  /** Hand it back for the next, older page; null at the end. */
  next: { at: string; id: string } | null;
}

/** Everything with one customer, newest first, page by page. */
export async function timeline(
  ctx: Ctx,
  customerId: CustomerId,
  options: { limit?: number; before?: { at: string; id: string } } = {},
): Promise<TimelinePage> {
  const limit = Math.min(options.limit ?? 50, 200);
  const mine = sql`business_id = ${ctx.businessId} and customer_id = ${customerId}`;
  const before = options.before
    ? sql`where (at, id) < (${options.before.at}::timestamptz, ${options.before.id}::uuid)`
    : sql``;
  const rows = await ctx.tx.execute<Record<string, string | null>>(sql`
    select kind, id, at::text as at, author, status, text from (
      select 'call' as kind, id, started_at as at, 'customer' as author, status, summary as text from calls where ${mine}
      union all select 'message', id, created_at, author, null, body from messages where ${mine}
      union all select 'meeting', id, starts_at, case source when 'staff' then 'staff' else 'assistant' end, status, topic
        from meetings where ${mine} and status <> 'held'
      union all select 'task', id, created_at, created_by, status, title from tasks where ${mine}
      union all select 'note', id, created_at, created_by, null, body from notes where ${mine}
    ) as everything ${before} order by at desc, id desc limit ${limit + 1}`);
  const entries = rows.slice(0, limit).map(
    (row): TimelineEntry => ({
      kind: row.kind as TimelineKind,
      id: row.id as string,
      at: Temporal.Instant.from(row.at as string),
      author: row.author as string,
      status: row.status ?? null,
      text: row.text ?? null,
    }),
  );
  const last = entries.at(-1);
  return { entries, next: rows.length > limit && last ? { at: last.at.toString(), id: last.id } : null };
}
