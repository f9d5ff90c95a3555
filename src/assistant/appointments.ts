import { availability } from "../calendar/availability.ts";
import { bookHeld, bookSlot, localTime, type Meeting } from "../calendar/book.ts";
import { holdSlots, releaseHolds } from "../calendar/hold.ts";
import { loadRules } from "../calendar/load.ts";
import { moveMeeting } from "../calendar/move.ts";
import { openMeetings } from "../calendar/open-meetings.ts";
import type { OfferedSlot, Pending } from "../calendar/pending-slot.ts";
import { loadPending, savePending } from "../calendar/pending-store.ts";
import type { FreeSlot } from "../calendar/rules.ts";
import type { MeetingEvidence } from "../db/schema/meeting.ts";
import { limits } from "../limits.ts";
import { sayChoice, saySlot } from "./say.he.ts";
import { sentences } from "./sentences.he.ts";
import type { Desk } from "./tools/tool.ts";

/** A slot as the model and the customer see it. */
export interface SpokenSlot {
  date: string;
  time: string;
  spoken: string;
}

export function spokenSlot(desk: Desk, local: string): SpokenSlot {
  return { date: local.slice(0, 10), time: local.slice(11, 16), spoken: saySlot(local, desk.now.toPlainDate()) };
}

export const localOf = (desk: Desk, epochMs: number): string =>
  localTime(Temporal.Instant.fromEpochMilliseconds(epochMs), desk.now.timeZoneId);

/** Free slots between two local dates; what this very conversation holds counts as free. One slot per start. */
export async function freeStarts(desk: Desk, from: Temporal.PlainDate, to: Temporal.PlainDate): Promise<FreeSlot[]> {
  const query = { from, to, now: desk.now.toInstant(), exceptConversation: desk.conversationId };
  const { slots } = await availability(desk.ctx, desk.restCalendars, query);
  return slots.filter((slot, index) => slots[index - 1]?.startMs !== slot.startMs);
}

/** Holds slots for the customer and makes them the pending ones. Returns those that could still be had. */
export async function offer(desk: Desk, slots: readonly FreeSlot[], moves?: string): Promise<SpokenSlot[]> {
  const { rules } = await loadRules(desk.ctx);
  const held = await holdSlots(desk.ctx, {
    conversationId: desk.conversationId,
    customerId: desk.customerId,
    source: desk.channel,
    slots,
    rules,
    now: desk.now.toInstant(),
    holdMs: limits.holdMs,
  });
  const offered = held.map(({ holdId, slot }): OfferedSlot => ({ holdId, local: localOf(desk, slot.startMs), moves }));
  const [first, ...rest] = offered;
  await setPending(desk, first === undefined ? { kind: "empty" } : { kind: "offered", slots: [first, ...rest] });
  return offered.map((slot) => spokenSlot(desk, slot.local));
}

export function readPending(desk: Desk): Promise<Pending> {
  return loadPending(desk.ctx, desk.conversationId, desk.now);
}

/** Keeps the pending slot, and tells the hearing what the next line may refer to. */
export async function setPending(desk: Desk, pending: Pending): Promise<void> {
  if (pending.kind !== "offered") await releaseHolds(desk.ctx, desk.conversationId); // no offer, no slot kept from others
  await savePending(
    desk.ctx,
    desk.conversationId,
    pending,
    desk.now.toInstant().add({ milliseconds: limits.pendingMs }),
  );
  presentPending(desk, pending);
}

/** The hearing's context for a pending slot; `offered` also marks from where on a yes counts. */
export function presentPending(desk: Pick<Desk, "hearing">, pending: Pending): void {
  const { offered: _offered, pending: _pending, ...rest } = desk.hearing.context;
  desk.hearing.context = rest;
  if (pending.kind === "offered") desk.hearing.offered(pending.slots.map((slot) => slot.local));
  if (pending.kind === "day") desk.hearing.context = { ...rest, pending: { date: pending.date } };
  if (pending.kind === "hour") desk.hearing.context = { ...rest, pending: { time: pending.time } };
}

export type Settled =
  | { kind: "booked" | "moved"; meeting: Meeting; local: string; say: string }
  | { kind: "taken"; alternatives: SpokenSlot[]; say: string };

/** Books an offered slot, or moves the meeting that it was offered for. When it was lost, others are offered at once. */
export async function settleOffered(
  desk: Desk,
  slot: OfferedSlot,
  why: string,
  topic: string | null,
): Promise<Settled> {
  const common = { customerId: desk.customerId, conversationId: desk.conversationId, ...clockOf(desk) };
  const { local, moves } = slot;
  if (moves !== undefined) return moveTo(desk, moves, local);
  const booking = await bookHeld(desk.ctx, { ...common, holdId: slot.holdId, topic, evidence: evidence(desk, why) });
  return booking.kind === "booked" ? booked(desk, booking.meeting, local) : lost(desk, local);
}

/** Books a slot that was named and not offered, if the calendar has it free. */
export async function settleNamed(desk: Desk, local: string, why: string, topic: string | null): Promise<Settled> {
  const slot = await freeSlotAt(desk, local);
  if (slot === null) return lost(desk, local);
  const booking = await bookSlot(desk.ctx, {
    slot,
    customerId: desk.customerId,
    conversationId: desk.conversationId,
    source: desk.channel,
    topic,
    evidence: evidence(desk, why),
    ...clockOf(desk),
  });
  return booking.kind === "booked" ? booked(desk, booking.meeting, local) : lost(desk, local);
}

export async function moveTo(desk: Desk, meetingId: string, local: string): Promise<Settled> {
  const slot = await freeSlotAt(desk, local);
  if (slot === null) return lost(desk, local, meetingId);
  const { customerId, conversationId } = desk;
  const moved = await moveMeeting(desk.ctx, { meetingId, customerId, conversationId, slot, ...clockOf(desk) });
  if (moved.kind !== "moved") return lost(desk, local, meetingId);
  desk.memory.changedCalendar = true;
  await setPending(desk, { kind: "empty" });
  const say = sentences.moved(saySlot(local, desk.now.toPlainDate()));
  return { kind: "moved", meeting: moved.meeting, local, say };
}

/** The customer's next meeting that starts at this local time, if it is booked already. */
export async function alreadyBooked(desk: Desk, local: string): Promise<Meeting | null> {
  const open = await openMeetings(desk.ctx, desk.customerId, desk.now.toInstant());
  return open.find((meeting) => localTime(meeting.startsAt, desk.now.timeZoneId) === local) ?? null;
}

export async function freeSlotAt(desk: Desk, local: string): Promise<FreeSlot | null> {
  const date = Temporal.PlainDate.from(local.slice(0, 10));
  const slots = await freeStarts(desk, date, date);
  return slots.find((slot) => localOf(desk, slot.startMs) === local) ?? null;
}

/** Free slots nearest to a wished time, on its day or, when that is full, within the week after it. */
export async function nearest(desk: Desk, local: string, count: number): Promise<FreeSlot[]> {
  const date = Temporal.PlainDate.from(local.slice(0, 10));
  const onDay = await freeStarts(desk, date, date);
  const slots = onDay.length > 0 ? onDay : await freeStarts(desk, date, date.add({ days: 7 }));
  const wishedMs = Temporal.PlainDateTime.from(local).toZonedDateTime(desk.now.timeZoneId).epochMilliseconds;
  return slots
    .toSorted((a, b) => Math.abs(a.startMs - wishedMs) - Math.abs(b.startMs - wishedMs))
    .slice(0, count)
    .toSorted((a, b) => a.startMs - b.startMs);
}

async function booked(desk: Desk, meeting: Meeting, local: string): Promise<Settled> {
  desk.memory.changedCalendar = true;
  await setPending(desk, { kind: "empty" });
  return { kind: "booked", meeting, local, say: sentences.booked(saySlot(local, desk.now.toPlainDate())) };
}

async function lost(desk: Desk, local: string, moves?: string): Promise<Settled> {
  desk.log.info("NLP", "slot is taken, offering others", { local });
  const alternatives = await offer(desk, await nearest(desk, local, limits.offersMax), moves);
  const say =
    alternatives.length === 0
      ? sentences.slotTakenNoOther
      : sentences.slotTaken(sayChoice(alternatives.map((slot) => slot.spoken)));
  return { kind: "taken", alternatives, say };
}

function evidence(desk: Desk, why: string): MeetingEvidence {
  const recent = desk.hearing.lines.slice(-3);
  return {
    heard: recent.map((line) => line.text.slice(0, 300)),
    understood: recent.flatMap((line) => line.understood.evidence).join("; "),
    rule: why,
  };
}

const clockOf = (desk: Desk) => ({ now: desk.now.toInstant(), restCalendars: desk.restCalendars });
