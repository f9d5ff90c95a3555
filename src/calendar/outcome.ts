import { and, eq, inArray, isNotNull } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { meetings } from "../db/schema/meeting.ts";
import { publish } from "../jobs/publish.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { Meeting } from "./book.ts";
import { showMeeting } from "./tell.ts";

/** What became of a meeting; `booked` takes a mistake back. */
export const outcomes = ["completed", "no_show", "booked"] as const;
export type Outcome = (typeof outcomes)[number];

/** @throws AppError "not_found" for what is no customer's meeting, "invalid" before it has begun. */
export async function settleMeeting(
  ctx: Ctx,
  { meetingId, outcome, now }: { meetingId: string; outcome: Outcome; now: Temporal.Instant },
): Promise<Meeting> {
  const mine = and(
    eq(meetings.businessId, ctx.businessId),
    eq(meetings.id, meetingId),
    inArray(meetings.status, [...outcomes]),
    isNotNull(meetings.customerId),
  );
  const [meeting] = await ctx.tx.select().from(meetings).where(mine).for("update");
  if (meeting === undefined) throw new AppError("not_found", "no such meeting");
  if (Temporal.Instant.compare(meeting.startsAt, now) > 0)
    throw new AppError("invalid", "not begun yet", { fields: [{ path: "outcome", code: "not_begun" }] });
  const [settled] = await ctx.tx.update(meetings).set({ status: outcome, updatedAt: now }).where(mine).returning();
  await showMeeting(ctx, meetingId);
  await publish(ctx, "meeting.settled", meetingId);
  return settled!;
}
