import { and, desc, eq, gt, inArray } from "drizzle-orm";
import { businesses } from "../db/schema/business.ts";
import { customers } from "../db/schema/customer.ts";
import { meetings } from "../db/schema/meeting.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { icsFeed } from "./ics.ts";

/** Meetings that ended longer ago are no longer in the feed. */
const pastDays = 90;
const eventsMax = 2_000;

/** The business's calendar, or one resource's, as an iCalendar feed. Cancelled meetings stay in it as cancelled. */
export async function calendarFeed(ctx: Ctx, now: Temporal.Instant, resourceId?: string): Promise<string> {
  const [business] = await ctx.tx
    .select({ name: businesses.name })
    .from(businesses)
    .where(eq(businesses.id, ctx.businessId));
  const rows = await ctx.tx
    .select({ meeting: meetings, customer: customers.name })
    .from(meetings)
    .leftJoin(customers, and(eq(customers.businessId, meetings.businessId), eq(customers.id, meetings.customerId)))
    .where(
      and(
        eq(meetings.businessId, ctx.businessId),
        inArray(meetings.status, ["booked", "completed", "no_show", "cancelled"]),
        gt(meetings.endsAt, now.subtract({ hours: pastDays * 24 })),
        resourceId === undefined ? undefined : eq(meetings.resourceId, resourceId),
      ),
    )
    .orderBy(desc(meetings.startsAt), meetings.id) // beyond the limit the oldest are left out
    .limit(eventsMax);
  const events = rows.map(({ meeting, customer }) => ({
    id: meeting.id,
    startsAt: meeting.startsAt,
    endsAt: meeting.endsAt,
    updatedAt: meeting.updatedAt,
    sequence: meeting.sequence,
    cancelled: meeting.status === "cancelled",
    summary: [customer, meeting.topic].filter(Boolean).join(", "),
  }));
  return icsFeed(business?.name ?? "", events);
}
