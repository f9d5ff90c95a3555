import { localTime } from "../base/local-time.ts";
import { availability } from "../calendar/availability.ts";
import { bookHeld, bookSlot, type Meeting } from "../calendar/book.ts";
import { holdSlots, releaseHolds, spanOf } from "../calendar/hold.ts";
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

/**
 * Free slots between two local dates, one per start; what this very conversation holds counts as free. For a meeting
 * that moves they are as long as it is, and may overlap where it stands now.
 */
export async function freeStarts(
  desk: Desk,
  from: Temporal.PlainDate,
  to: Temporal.PlainDate,
  moving?: Meeting,
): Promise<FreeSlot[]> {
  const query = { from, to, now: desk.now.toInstant(), exceptConversation: desk.conversationId };
  const own = moving && { exceptMeeting: moving.id, meetingMinutes: minutesOf(moving) };
  const { slots } = await availability(desk.ctx, desk.restCalendars, { ...query, ...own });
  return slots.filter((slot, index) => slots[index - 1]?.startMs !== slot.startMs);
}

const minutesOf = ({ startsAt, endsAt }: Meeting): number => startsAt.until(endsAt).total("minutes");

/**
 * Holds slots for the customer and makes them the pending ones. Returns those that could still be had. A slot that
 * overlaps the meeting that is to move there cannot be held beside it: the meeting keeps its place, and is its own hold.
 */
export async function offer(desk: Desk, slots: readonly FreeSlot[], moving?: Meeting): Promise<SpokenSlot[]> {
  const { rules } = await loadRules(desk.ctx);
  const isOwn = (slot: FreeSlot): boolean => moving !== undefined && overlaps(spanOf(slot, rules), moving);
  const held = await holdSlots(desk.ctx, {
    conversationId: desk.conversationId,
    customerId: desk.customerId,
    source: desk.channel,
    slots: slots.filter((slot) => !isOwn(slot)),
    rules,
    now: desk.now.toInstant(),
    holdMs: limits.holdMs,
  });
  const holds = new Map(held.map(({ holdId, slot }) => [slot, holdId]));
  const offered = slots.flatMap((slot): OfferedSlot[] => {
    const holdId = isOwn(slot) ? moving?.id : holds.get(slot);
    return holdId === undefined ? [] : [{ holdId, local: localOf(desk, slot.startMs), moves: moving?.id }];
  });
  const [first, ...rest] = offered;
  await setPending(desk, first === undefined ? { kind: "empty" } : { kind: "offered", slots: [first, ...rest] });
  return offered.map((slot) => spokenSlot(desk, slot.local));
}

const overlaps = (span: { busyFrom: Temporal.Instant; busyTo: Temporal.Instant }, { busyFrom, busyTo }: Meeting) =>
  Temporal.Instant.compare(span.busyFrom, busyTo) < 0 && Temporal.Instant.compare(busyFrom, span.busyTo) < 0;

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
  return booking.kind === "booked" ? booked(desk, booking.meeting, local) : offerOthers(desk, local, "taken");
}

/** Books a slot that was named and not offered, if the calendar has it free. */
export async function settleNamed(desk: Desk, local: string, why: string, topic: string | null): Promise<Settled> {
  const slot = await freeSlotAt(desk, local);
  if (slot === null) return offerOthers(desk, local, "not_free");
  const booking = await bookSlot(desk.ctx, {
    slot,
    customerId: desk.customerId,
    conversationId: desk.conversationId,
    source: desk.channel,
    topic,
    evidence: evidence(desk, why),
    ...clockOf(desk),
  });
  return booking.kind === "booked" ? booked(desk, booking.meeting, local) : offerOthers(desk, local, "taken");
}

export async function moveTo(desk: Desk, meetingId: string, local: string): Promise<Settled> {
  const open = await openMeetings(desk.ctx, desk.customerId, desk.now.toInstant());
  const moving = open.find((meeting) => meeting.id === meetingId);
  const slot = await freeSlotAt(desk, local, moving);
  if (slot === null) return offerOthers(desk, local, "not_free", moving);
  const { customerId, conversationId } = desk;
  const moved = await moveMeeting(desk.ctx, { meetingId, customerId, conversationId, slot, ...clockOf(desk) });
  if (moved.kind !== "moved") return offerOthers(desk, local, "taken", moving);
  const say = sentences.moved(saySlot(local, desk.now.toPlainDate()));
  desk.memory.changes.push({ local, say });
  await setPending(desk, { kind: "empty" });
  return { kind: "moved", meeting: moved.meeting, local, say };
}

/** The customer's next meeting that starts at this local time, if it is booked already. */
export async function alreadyBooked(desk: Desk, local: string): Promise<Meeting | null> {
  const open = await openMeetings(desk.ctx, desk.customerId, desk.now.toInstant());
  return open.find((meeting) => localTime(meeting.startsAt, desk.now.timeZoneId) === local) ?? null;
}

export async function freeSlotAt(desk: Desk, local: string, moving?: Meeting): Promise<FreeSlot | null> {
  const date = Temporal.PlainDate.from(local.slice(0, 10));
  const slots = await freeStarts(desk, date, date, moving);
  return slots.find((slot) => localOf(desk, slot.startMs) === local) ?? null;
}

/** Free slots nearest to a wished time, on its day or, when that is full, within the week after it. */
export async function nearest(desk: Desk, local: string, moving?: Meeting): Promise<FreeSlot[]> {
  const date = Temporal.PlainDate.from(local.slice(0, 10));
  const onDay = await freeStarts(desk, date, date, moving);
  const slots = onDay.length > 0 ? onDay : await freeStarts(desk, date, date.add({ days: 7 }), moving);
  const wishedMs = Temporal.PlainDateTime.from(local).toZonedDateTime(desk.now.timeZoneId).epochMilliseconds;
  return slots
    .toSorted((a, b) => Math.abs(a.startMs - wishedMs) - Math.abs(b.startMs - wishedMs))
    .slice(0, limits.offersMax)
    .toSorted((a, b) => a.startMs - b.startMs);
}

async function booked(desk: Desk, meeting: Meeting, local: string): Promise<Settled> {
  const say = sentences.booked(saySlot(local, desk.now.toPlainDate()));
  desk.memory.changes.push({ local, say });
  await setPending(desk, { kind: "empty" });
  return { kind: "booked", meeting, local, say };
}

/** Other times in the place of one that cannot be had. `taken`: somebody was quicker; `not_free`: it never was to be had (closed, rest, full). */
export async function offerOthers(
  desk: Desk,
  local: string,
  why: "taken" | "not_free",
  moving?: Meeting,
): Promise<Settled> {
  desk.log.info("NLP", "slot cannot be had, offering others", { local, why });
  const alternatives = await offer(desk, await nearest(desk, local, moving), moving);
  const others = alternatives.length === 0 ? null : sayChoice(alternatives.map((slot) => slot.spoken));
  return { kind: "taken", alternatives, say: sentences[why === "taken" ? "slotTaken" : "slotNotFree"](others) };
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
