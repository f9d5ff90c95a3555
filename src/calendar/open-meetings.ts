import { and, desc, eq, gt, inArray } from "drizzle-orm";
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

/** When this customer's calendar changed last: a meeting booked, moved or cancelled. Null when there never was one. */
export async function lastChange(ctx: Ctx, customerId: CustomerId): Promise<Temporal.Instant | null> {
  const [newest] = await ctx.tx
    .select({ at: meetings.updatedAt })
    .from(meetings)
    .where(
      and(
        eq(meetings.businessId, ctx.businessId),
        eq(meetings.customerId, customerId),
        inArray(meetings.status, ["booked", "cancelled"]),
      ),
    )
    .orderBy(desc(meetings.updatedAt))
    .limit(1);
  return newest?.at ?? null;
}
