import { and, eq } from "drizzle-orm";
import type { CustomerId } from "../base/ids.ts";
import { localTime } from "../base/local-time.ts";
import { announce } from "../db/announce.ts";
import { customers } from "../db/schema/customer.ts";
import { publish } from "../jobs/publish.ts";
import { notify } from "../notify/create.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { Meeting } from "./book.ts";

/** Tells the office about a meeting: a line behind the bell, and open calendars show it at once. */
export async function tellMeeting(
  ctx: Ctx,
  kind: "meeting_booked" | "meeting_moved" | "meeting_cancelled",
  meeting: Meeting,
  zone: string,
): Promise<void> {
  await notify(ctx, {
    kind,
    title: [await nameOf(ctx, meeting.customerId), meeting.topic].filter(Boolean).join(", "),
    body: localTime(meeting.startsAt, zone),
    // A meeting can move again and again: each time is told.
    subject: kind === "meeting_moved" ? `meeting:${meeting.id}:${meeting.sequence}` : `meeting:${meeting.id}`,
  });
  await showMeeting(ctx, meeting.id);
  await publish(ctx, eventOf[kind], meeting.id);
}

async function nameOf({ tx, businessId }: Ctx, id: CustomerId | null): Promise<string | null> {
  if (id === null) return null;
  const [customer] = await tx
    .select({ name: customers.name })
    .from(customers)
    .where(and(eq(customers.businessId, businessId), eq(customers.id, id)));
  return customer?.name ?? null;
}

const eventOf = {
  meeting_booked: "meeting.booked",
  meeting_moved: "meeting.moved",
  meeting_cancelled: "meeting.cancelled",
} as const;

/** Open calendars read the meeting again. */
export const showMeeting = (ctx: Ctx, id: string): Promise<void> =>
  announce(ctx.tx, { businessId: ctx.businessId, type: "meeting", id });
