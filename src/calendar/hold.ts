import { and, desc, eq, inArray, lte, type SQL } from "drizzle-orm";
import type { CustomerId } from "../base/ids.ts";
import { newId } from "../base/ids.ts";
import { type MeetingSource, meetings } from "../db/schema/meeting.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { unlessTaken } from "./races.ts";
import type { CalendarRules, FreeSlot } from "./rules.ts";

export interface HoldSlots {
  conversationId: string;
  customerId: CustomerId;
  source: MeetingSource;
  /** Wanted slots, best first. */
  slots: readonly FreeSlot[];
  rules: CalendarRules;
  now: Temporal.Instant;
  holdMs: number;
}

export interface Held {
  holdId: string;
  slot: FreeSlot;
}

/**
 * Keeps slots for one conversation until they expire; its earlier holds are given up first. Slots that somebody else
 * was quicker to take are missing in the result.
 */
export async function holdSlots(ctx: Ctx, input: HoldSlots): Promise<Held[]> {
  await releaseHolds(ctx, input.conversationId);
  await dropExpiredHolds(ctx, input.now);
  const { length: wanted } = input.slots;
  await keepNewestHolds(ctx, limits.holdsPerCustomerMax - wanted, eq(meetings.customerId, input.customerId));
  await keepNewestHolds(ctx, limits.holdsPerBusinessMax - wanted);
  const rows = input.slots.map((slot) => ({
    id: newId(),
    businessId: ctx.businessId,
    resourceId: slot.resourceId,
    customerId: input.customerId,
    status: "held" as const,
    ...spanOf(slot, input.rules),
    holdExpiresAt: input.now.add({ milliseconds: input.holdMs }),
    conversationId: input.conversationId,
    source: input.source,
  }));
  if (rows.length === 0) return [];
  const inserted = await unlessTaken(ctx.tx, (tx) =>
    tx.insert(meetings).values(rows).onConflictDoNothing().returning({ id: meetings.id }),
  );
  const kept = new Set(inserted?.map((row) => row.id));
  return rows.flatMap((row, index) =>
    kept.has(row.id) ? [{ holdId: row.id, slot: input.slots[index] as FreeSlot }] : [],
  );
}

/** Gives up everything a conversation holds, or all but one hold. */
export async function releaseHolds(ctx: Ctx, conversationId: string): Promise<void> {
  await deleteHeld(ctx, eq(meetings.conversationId, conversationId));
}

/** Expired holds are gone for every reader at once; their rows go when somebody needs the room. */
export async function dropExpiredHolds(ctx: Ctx, now: Temporal.Instant): Promise<void> {
  await deleteHeld(ctx, lte(meetings.holdExpiresAt, now));
}

/** Nobody keeps more than their share: holds that end soonest give way to new ones. */
async function keepNewestHolds(ctx: Ctx, keep: number, whose?: SQL): Promise<void> {
  const excess = ctx.tx
    .select({ id: meetings.id })
    .from(meetings)
    .where(and(eq(meetings.businessId, ctx.businessId), eq(meetings.status, "held"), whose))
    .orderBy(desc(meetings.holdExpiresAt), meetings.id)
    .offset(Math.max(0, keep));
  await deleteHeld(ctx, inArray(meetings.id, excess));
}

/** Skips rows that another transaction is just taking: waiting for each other's holds is how deadlocks begin. */
async function deleteHeld(ctx: Ctx, condition: SQL): Promise<void> {
  const doomed = ctx.tx
    .select({ id: meetings.id })
    .from(meetings)
    .where(and(eq(meetings.businessId, ctx.businessId), eq(meetings.status, "held"), condition))
    .for("update", { skipLocked: true });
  await ctx.tx.delete(meetings).where(and(eq(meetings.businessId, ctx.businessId), inArray(meetings.id, doomed)));
}

/** The four instants of a meeting row. */
export function spanOf(slot: { startMs: number; endMs: number }, rules: CalendarRules) {
  const at = (epochMs: number): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(epochMs);
  return {
    startsAt: at(slot.startMs),
    endsAt: at(slot.endMs),
    busyFrom: at(slot.startMs - rules.bufferBeforeMinutes * 60_000),
    busyTo: at(slot.endMs + rules.bufferAfterMinutes * 60_000),
  };
}
