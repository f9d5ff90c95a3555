import { and, eq, inArray, sql } from "drizzle-orm";
import { z } from "zod";
import { meetings, pendingSlots } from "../db/schema/meeting.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { OfferedSlot, Pending } from "./pending-slot.ts";

const local = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/);
const slot = z.object({ holdId: z.uuid(), local, moves: z.uuid().optional() });
const schema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("empty") }),
  z.object({ kind: z.literal("day"), date: z.iso.date() }),
  z.object({ kind: z.literal("hour"), time: z.string().regex(/^\d\d:\d\d$/) }),
  z.object({ kind: z.literal("offered"), slots: z.tuple([slot], slot) }),
]);

/** The pending slot of a conversation. What expired, is past, or cannot be read comes back as `stale`, never as an error. */
export async function loadPending(ctx: Ctx, conversationId: string, now: Temporal.ZonedDateTime): Promise<Pending> {
  const [row] = await ctx.tx.select().from(pendingSlots).where(of(ctx, conversationId));
  if (row === undefined) return { kind: "empty" };
  const read = schema.safeParse(row.pending);
  if (!read.success) return { kind: "stale", why: "unreadable" };
  const pending: Pending = read.data;
  if (pending.kind === "empty") return pending;
  if (Temporal.Instant.compare(row.expiresAt, now.toInstant()) <= 0) return { kind: "stale", why: "expired" };
  if (pending.kind === "day" && pending.date < now.toPlainDate().toString()) return { kind: "stale", why: "past" };
  return pending.kind === "offered" ? stillHeld(ctx, pending, now) : pending;
}

/**
 * An offer without all its holds is none: they expired, or gave way to others. What is left of it would be counted anew, and
 * "the second" would be another one than the customer was told.
 */
async function stillHeld(
  ctx: Ctx,
  pending: Extract<Pending, { kind: "offered" }>,
  now: Temporal.ZonedDateTime,
): Promise<Pending> {
  const ids = pending.slots.map((offered) => offered.holdId);
  const rows = await ctx.tx
    .select({ id: meetings.id, expiresAt: meetings.holdExpiresAt })
    .from(meetings)
    .where(
      and(
        eq(meetings.businessId, ctx.businessId),
        inArray(meetings.status, ["held", "booked"]),
        inArray(meetings.id, ids),
      ),
    );
  const isLive = ({ holdId, moves }: OfferedSlot): boolean => {
    const row = rows.find(({ id }) => id === holdId);
    if (row === undefined || row.expiresAt === null) return row !== undefined && holdId === moves;
    return Temporal.Instant.compare(row.expiresAt, now.toInstant()) > 0;
  };
  return pending.slots.every(isLive) ? pending : { kind: "stale", why: "expired" };
}

/** Keeps the pending slot until `expiresAt`; `empty` and `stale` leave nothing behind. */
export async function savePending(
  ctx: Ctx,
  conversationId: string,
  pending: Pending,
  expiresAt: Temporal.Instant,
): Promise<void> {
  if (pending.kind === "empty" || pending.kind === "stale") {
    await ctx.tx.delete(pendingSlots).where(of(ctx, conversationId));
    return;
  }
  await ctx.tx
    .insert(pendingSlots)
    .values({ businessId: ctx.businessId, conversationId, pending, expiresAt })
    .onConflictDoUpdate({
      target: [pendingSlots.businessId, pendingSlots.conversationId],
      set: { pending, expiresAt, updatedAt: sql`now()` },
    });
}

const of = (ctx: Ctx, conversationId: string) =>
  and(eq(pendingSlots.businessId, ctx.businessId), eq(pendingSlots.conversationId, conversationId));
