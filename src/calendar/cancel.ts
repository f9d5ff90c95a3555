import type { CustomerId } from "../base/ids.ts";
import { meetings } from "../db/schema/meeting.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { isBooked, type Meeting, nextSequence } from "./book.ts";
import { loadRules } from "./load.ts";
import { forgetReminders } from "./reminders.ts";
import { takeBackWords } from "./take-back.ts";
import { tellMeeting } from "./tell.ts";

/** Cancels a booked meeting and its reminders; its time is free at once. Null when there is none to cancel. */
export async function cancelMeeting(
  ctx: Ctx,
  input: { meetingId: string; customerId?: CustomerId; now: Temporal.Instant },
): Promise<Meeting | null> {
  const [meeting] = await ctx.tx
    .update(meetings)
    .set({ status: "cancelled", sequence: nextSequence, updatedAt: input.now })
    .where(isBooked(ctx, input))
    .returning();
  if (meeting === undefined) return null;
  await forgetReminders(ctx, meeting.id);
  await takeBackWords(ctx, meeting.id, "meeting_cancelled");
  const { rules } = await loadRules(ctx);
  await tellMeeting(ctx, "meeting_cancelled", meeting, rules.zone);
  return meeting;
}
