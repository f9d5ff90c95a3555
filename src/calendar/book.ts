import { and, eq, gt, sql } from "drizzle-orm";
import { type CustomerId, newId } from "../base/ids.ts";
import { type MeetingEvidence, type MeetingSource, meetings } from "../db/schema/meeting.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { RestCalendars } from "./availability.ts";
import { confirmLater } from "./confirm-later.ts";
import { dropExpiredHolds, releaseHolds, spanOf } from "./hold.ts";
import { loadRules } from "./load.ts";
import { unlessTaken } from "./races.ts";
import { deriveReminders } from "./reminders.ts";
import type { FreeSlot } from "./rules.ts";
import { tellMeeting } from "./tell.ts";

export type Meeting = typeof meetings.$inferSelect;
export type Booking = { kind: "booked"; meeting: Meeting } | { kind: "slot_taken" };

/** The booked meeting with this id; of this customer only, when one is given. */
export const isBooked = (ctx: Ctx, of: { meetingId: string; customerId?: CustomerId }) =>
  and(
    eq(meetings.businessId, ctx.businessId),
    eq(meetings.id, of.meetingId),
    eq(meetings.status, "booked"),
    of.customerId === undefined ? undefined : eq(meetings.customerId, of.customerId),
  );

interface Common {
  customerId: CustomerId;
  topic?: string | null;
  evidence?: MeetingEvidence;
  now: Temporal.Instant;
  restCalendars: RestCalendars;
}

/**
 * Turns a live hold of this conversation and customer into a meeting; the conversation's other holds are given up.
 * `slot_taken` when the hold expired or was never theirs.
 */
export async function bookHeld(ctx: Ctx, input: Common & { holdId: string; conversationId: string }): Promise<Booking> {
  const [meeting] = await ctx.tx
    .update(meetings)
    .set({
      status: "booked",
      holdExpiresAt: null,
      topic: input.topic ?? null,
      evidence: input.evidence ?? null,
      updatedAt: input.now,
    })
    .where(
      and(
        eq(meetings.businessId, ctx.businessId),
        eq(meetings.id, input.holdId),
        eq(meetings.conversationId, input.conversationId),
        eq(meetings.customerId, input.customerId),
        eq(meetings.status, "held"),
        gt(meetings.holdExpiresAt, input.now),
      ),
    )
    .returning();
  if (meeting === undefined) return { kind: "slot_taken" };
  await releaseHolds(ctx, input.conversationId);
  return announced(ctx, meeting, input);
}

/**
 * Books a slot outright. Does not look at working hours (staff may book when they like); never overlaps: the database
 * refuses that, and a refusal is `slot_taken`.
 */
export async function bookSlot(
  ctx: Ctx,
  input: Common & { slot: FreeSlot; source: MeetingSource; conversationId?: string },
): Promise<Booking> {
  const { rules } = await loadRules(ctx);
  await dropExpiredHolds(ctx, input.now);
  if (input.conversationId !== undefined) await releaseHolds(ctx, input.conversationId);
  const values = {
    id: newId(),
    businessId: ctx.businessId,
    resourceId: input.slot.resourceId,
    customerId: input.customerId,
    status: "booked" as const,
    ...spanOf(input.slot, rules),
    conversationId: input.conversationId ?? null,
    topic: input.topic ?? null,
    source: input.source,
    evidence: input.evidence ?? null,
    updatedAt: input.now,
  };
  const rows = await unlessTaken(ctx.tx, (tx) => tx.insert(meetings).values(values).onConflictDoNothing().returning());
  const meeting = rows?.[0];
  return meeting === undefined ? { kind: "slot_taken" } : announced(ctx, meeting, input);
}

async function announced(ctx: Ctx, meeting: Meeting, input: Common & { conversationId?: string }): Promise<Booking> {
  const calendar = await loadRules(ctx);
  await deriveReminders(ctx, { ...input, meetingId: meeting.id, startsAt: meeting.startsAt, calendar });
  await tellMeeting(ctx, "meeting_booked", meeting, calendar.rules.zone);
  await confirmLater(ctx, meeting, input.conversationId, input.now);
  return { kind: "booked", meeting };
}

/** Next sequence number of a changed meeting. */
export const nextSequence = sql`${meetings.sequence} + 1`;
