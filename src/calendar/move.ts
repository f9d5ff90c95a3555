import type { CustomerId } from "../base/ids.ts";
import { meetings } from "../db/schema/meeting.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { RestCalendars } from "./availability.ts";
import { isBooked, type Meeting, nextSequence } from "./book.ts";
import { confirmLater } from "./confirm-later.ts";
import { dropExpiredHolds, releaseHolds, spanOf } from "./hold.ts";
import { loadRules } from "./load.ts";
import { unlessTaken } from "./races.ts";
import { deriveReminders } from "./reminders.ts";
import type { FreeSlot } from "./rules.ts";
import { takeBackWords } from "./take-back.ts";
import { tellMeeting } from "./tell.ts";

export interface MoveMeeting {
  meetingId: string;
  /** With it only a meeting of this customer moves. */
  customerId?: CustomerId;
  slot: FreeSlot;
  /** Its holds are given up, the one for the new time among them. */
  conversationId?: string;
  now: Temporal.Instant;
  restCalendars: RestCalendars;
}

export type Moved = { kind: "moved"; meeting: Meeting } | { kind: "slot_taken" } | { kind: "not_found" };

/** Moves a booked meeting; its reminders follow. On `slot_taken` it stays where it was, and so do the holds. */
export async function moveMeeting(ctx: Ctx, input: MoveMeeting): Promise<Moved> {
  const calendar = await loadRules(ctx);
  const rows = await unlessTaken(ctx.tx, async (tx) => {
    const inner = { ...ctx, tx };
    await dropExpiredHolds(inner, input.now);
    if (input.conversationId !== undefined) await releaseHolds(inner, input.conversationId);
    return tx
      .update(meetings)
      .set({
        ...spanOf(input.slot, calendar.rules),
        resourceId: input.slot.resourceId,
        sequence: nextSequence,
        updatedAt: input.now,
      })
      .where(isBooked(ctx, input))
      .returning();
  });
  if (rows === null) return { kind: "slot_taken" };
  const [meeting] = rows;
  if (meeting === undefined) return { kind: "not_found" };
  await takeBackWords(ctx, meeting.id, "meeting_moved");
  await deriveReminders(ctx, { ...input, startsAt: meeting.startsAt, calendar });
  await tellMeeting(ctx, "meeting_moved", meeting, calendar.rules.zone);
  await confirmLater(ctx, meeting, input.conversationId, input.now);
  return { kind: "moved", meeting };
}
