import { sql } from "drizzle-orm";
import { calls } from "../db/schema/call.ts";
import { meetings } from "../db/schema/meeting.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { type Span, usageReport } from "./report.ts";

/** What came of a span: calls by how they ended, meetings that the assistant booked, and the cost of all. */
export interface Outcomes {
  answered: number;
  /** Nobody spoke with them: a message was left, or the call broke off. */
  missed: number;
  handedOver: number;
  booked: number;
  costAgorot: number;
}

/** A span of days and the same number of days before it, each by the business's clock. */
export async function compare(
  ctx: Ctx,
  spans: { now: Span; before: Span },
  usdIlsRate: number,
): Promise<{ now: Outcomes; before: Outcomes }> {
  return {
    now: await outcomesOf(ctx, spans.now, usdIlsRate),
    before: await outcomesOf(ctx, spans.before, usdIlsRate),
  };
}

async function outcomesOf(ctx: Ctx, span: Span, usdIlsRate: number): Promise<Outcomes> {
  const during = (at: unknown) =>
    sql`${at} >= ${span.from.toString()}::timestamptz and ${at} < ${span.before.toString()}::timestamptz`;
  const [row] = await ctx.tx.execute<Omit<Outcomes, "costAgorot"> & Record<string, unknown>>(sql`
    select counted.*, (
      select count(*)::int from ${meetings} where ${meetings.businessId} = ${ctx.businessId}
        and ${meetings.source} <> 'staff' and ${meetings.status} <> 'held' and ${during(meetings.createdAt)}
    ) as booked
    from (
      select count(*) filter (where not missed)::int as answered, count(*) filter (where missed)::int as missed,
        count(*) filter (where reason = 'transferred')::int as "handedOver"
      from (
        select ${calls.endReason} as reason, ${calls.endReason} in ('fallback', 'bug', 'lost') as missed
        from ${calls} where ${calls.businessId} = ${ctx.businessId} and ${calls.origin} = 'phone'
          and ${calls.endReason} is not null and ${during(calls.startedAt)}
      ) as ended
    ) as counted`);
  const { answered = 0, missed = 0, handedOver = 0, booked = 0 } = row ?? {};
  const { total } = await usageReport(ctx, "day", span, usdIlsRate);
  return { answered, missed, handedOver, booked, costAgorot: total.costAgorot };
}
