import { type SQL, sql } from "drizzle-orm";
import { wallClock } from "../../api/wall-clock.ts";
import type { CustomerId } from "../../base/ids.ts";
import { readPageKey, writePageKey } from "../../db/page-key.ts";
import type { Ctx } from "../../tenants/ctx.ts";

export const timelineKinds = ["call", "message", "meeting", "task", "note"] as const;
export type TimelineKind = (typeof timelineKinds)[number];

/** One thing that happened with a customer. */
export interface TimelineEntry {
  kind: TimelineKind;
  id: string;
  at: Temporal.Instant;
  /** The same on the business's clock. */
  local: string;
  /** Who: `customer`, `assistant`, `staff`, `system`. */
  author: string;
  status: string | null;
  text: string | null;
}

export interface TimelinePage {
  entries: TimelineEntry[];
  /** Pass as `before` for the next, older page; null at the end. */
  next: string | null;
}

/** Everything with one customer, newest first, page by page. @throws AppError "invalid" for a `before` that is none. */
export async function timeline(
  ctx: Ctx,
  customerId: CustomerId,
  options: { limit?: number | undefined; before?: string | undefined } = {},
): Promise<TimelinePage> {
  const limit = Math.min(options.limit ?? 50, 200);
  const rows = await ctx.tx.execute<Record<string, string | null>>(sql`
    select kind, id, at::text as at, ${wallClock(ctx, sql`at`)} as local, author, status, text
    from (${everything(ctx, customerId, limit + 1, options.before)}) as everything
    order by everything.at desc, id desc limit ${limit + 1}`);
  const entries = rows.slice(0, limit).map(
    (row): TimelineEntry => ({
      kind: row.kind as TimelineKind,
      id: row.id as string,
      at: Temporal.Instant.from(row.at as string),
      local: row.local as string,
      author: row.author as string,
      status: row.status ?? null,
      text: row.text ?? null,
    }),
  );
  const last = entries.at(-1);
  return { entries, next: rows.length > limit && last ? writePageKey(last.at, last.id) : null };
}

/** The newest `count` rows of every kind: each from its own index, whatever the customer's history holds. */
function everything({ businessId }: Ctx, customerId: CustomerId, count: number, cursor: string | undefined): SQL {
  const before = cursor === undefined ? null : readPageKey(cursor);
  const kind = (name: TimelineKind, columns: SQL, at: SQL, more: SQL = sql``): SQL => sql`(
    select ${sql.raw(`'${name}'`)} as kind, id, ${at} as at, ${columns} from ${sql.identifier(`${name}s`)}
    where business_id = ${businessId} and customer_id = ${customerId} ${more}
      ${before ? sql`and (${at}, id) < (${before.at.toString()}::timestamptz, ${before.id}::uuid)` : sql``}
    order by ${at} desc, id desc limit ${count})`;
  const meetingBy = sql`case source when 'staff' then 'staff' else 'assistant' end`;
  return sql.join(
    [
      kind("call", sql`'customer' as author, status, summary as text`, sql`started_at`),
      kind("message", sql`author, null::text, body`, sql`created_at`),
      kind("meeting", sql`${meetingBy}, status, topic`, sql`starts_at`, sql`and status <> 'held'`),
      kind("task", sql`created_by, status, title`, sql`created_at`),
      kind("note", sql`created_by, null::text, body`, sql`created_at`),
    ],
    sql` union all `,
  );
}
