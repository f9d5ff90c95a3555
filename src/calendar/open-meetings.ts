import { and, eq, gt } from "drizzle-orm";
import type { CustomerId } from "../base/ids.ts";
import { meetings } from "../db/schema/meeting.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { Meeting } from "./book.ts";

/** A customer's booked meetings that have not ended, next one first. */
export function openMeetings(ctx: Ctx, customerId: CustomerId, now: Temporal.Instant): Promise<Meeting[]> {
  return ctx.tx
    .select()
    .from(meetings)
    .where(
      and(
        eq(meetings.businessId, ctx.businessId),
        eq(meetings.customerId, customerId),
        eq(meetings.status, "booked"),
        gt(meetings.endsAt, now),
      ),
    )
    .orderBy(meetings.startsAt)
    .limit(5);
}
