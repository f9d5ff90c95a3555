import { localTime } from "../base/local-time.ts";
import { announce } from "../db/announce.ts";
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
    title: meeting.topic ?? "",
    body: localTime(meeting.startsAt, zone),
    // A meeting can move again and again: each time is told.
    subject: kind === "meeting_moved" ? `meeting:${meeting.id}:${meeting.sequence}` : `meeting:${meeting.id}`,
  });
  await showMeeting(ctx, meeting.id);
  await publish(ctx, eventOf[kind], meeting.id);
}

const eventOf = {
  meeting_booked: "meeting.booked",
  meeting_moved: "meeting.moved",
  meeting_cancelled: "meeting.cancelled",
} as const;

/** Open calendars read the meeting again. */
export const showMeeting = (ctx: Ctx, id: string): Promise<void> =>
  announce(ctx.tx, { businessId: ctx.businessId, type: "meeting", id });
