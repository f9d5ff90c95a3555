import { z } from "zod";
import type { Meeting } from "../../calendar/book.ts";
import { lastChange } from "../../calendar/open-meetings.ts";
import { type OfferedSlot, type Pending, type PendingHeard, stepPending } from "../../calendar/pending-slot.ts";
import { limits } from "../../limits.ts";
import {
  alreadyBooked,
  freeSlotAt,
  moveTo,
  offer,
  offerOthers,
  readPending,
  type Settled,
  setPending,
  settleNamed,
  settleOffered,
  spokenSlot,
} from "../appointments.ts";
import { type Consent, consentTo } from "../consent.ts";
import type { HeardLine } from "../offer-check.ts";
import { pendingQuestion } from "../pending-question.ts";
import { dateInput, timeInput, topicInput } from "./appointment-input.ts";
import { type Desk, defineTool, type ToolAnswer } from "./tool.ts";

export const bookMeeting = defineTool({
  name: "book_meeting",
  description:
    "Books the meeting the customer agreed to. Without date and time it books the slot that was offered. Call it only after the customer said yes to that exact day and hour.",
  input: z.strictObject({ date: dateInput.optional(), time: timeInput.optional(), topic: topicInput }),
  listens: true,
  run: (desk, { date, time, topic }) => settle(desk, { date, time, topic: topic ?? null, moves: null }),
});

export interface SettleRequest {
  date: string | undefined;
  time: string | undefined;
  topic: string | null;
  /** The meeting to move; null books a new one (or moves, when the offer was made for that). */
  moves: Meeting | null;
}

/** The common end of booking and moving: the pending slot decides what was meant, the customer's words whether. */
export async function settle(desk: Desk, request: SettleRequest): Promise<ToolAnswer> {
  const pending = await readPending(desk);
  const step = stepPending(pending, claimed(request, pending));
  desk.log.info("NLP", "pending slot", { step: step.why, tool: request.moves === null ? "book" : "move" });
  const local = step.slot?.local ?? (step.wanted ? `${step.wanted.date}T${step.wanted.time}` : null);
  if (local === null) {
    await setPending(desk, step.pending);
    return { result: { ask: pendingQuestion(step.action, step.pending, desk.now.toPlainDate()), reason: step.action } };
  }
  if (request.moves === null && step.slot === undefined && (await alreadyBooked(desk, local)))
    return { result: { ok: true, already_booked: spokenSlot(desk, local) } };
  const consent = consentTo({
    local,
    offered: step.slot !== undefined,
    lines: await linesInForce(desk),
    linesSinceOffer: desk.hearing.linesSinceOffer,
    deaf: desk.channel === "call",
    now: desk.now,
  });
  desk.log.info("NLP", `consent ${consent.kind}`, { local, why: consent.why });
  if (consent.kind === "ask") return readBack(desk, local, step.slot, request.moves ?? undefined, consent);
  return settledAnswer(desk, await carryOut(desk, request, step.slot, local, consent.why));
}

/**
 * Lines that may still speak for a time: none from before an offer would have expired ("מחר בארבע" of yesterday means
 * today), and none from before the customer's calendar changed: one wish books one meeting.
 */
async function linesInForce(desk: Desk): Promise<readonly HeardLine[]> {
  const changedAt = await lastChange(desk.ctx, desk.customerId);
  const oldestMs = Math.max(desk.now.epochMilliseconds - limits.pendingMs, changedAt?.epochMilliseconds ?? 0);
  return desk.hearing.lines.filter(({ at }) => at.epochMilliseconds > oldestMs);
}

function carryOut(
  desk: Desk,
  request: SettleRequest,
  slot: OfferedSlot | undefined,
  local: string,
  why: string,
): Promise<Settled> {
  if (request.moves !== null) return moveTo(desk, request.moves.id, local);
  return slot === undefined
    ? settleNamed(desk, local, why, request.topic)
    : settleOffered(desk, slot, why, request.topic);
}

/** What the arguments mean for the pending slot: no time is a bare yes, a time that was offered is that offer. */
function claimed({ date, time }: SettleRequest, pending: Pending): PendingHeard {
  const slots = pending.kind === "offered" ? pending.slots : [];
  const fits = (slot: OfferedSlot): boolean =>
    (date === undefined || slot.local.startsWith(date)) && (time === undefined || slot.local.endsWith(time));
  if (date === undefined && time === undefined) return { input: "confirm" };
  const [only, ...more] = slots.filter(fits);
  if (only !== undefined && more.length === 0) return { input: "choice", slot: only };
  if (date !== undefined && time !== undefined) return { input: "slot", date, time };
  return date !== undefined ? { input: "day", date } : { input: "hour", time: time as string };
}

/**
 * A time that the words do not support yet is kept as the offer, so that the yes to the question can take it. One that
 * cannot be had is not asked about.
 */
async function readBack(
  desk: Desk,
  local: string,
  slot: OfferedSlot | undefined,
  moving: Meeting | undefined,
  { question, differs }: Extract<Consent, { kind: "ask" }>,
): Promise<ToolAnswer> {
  if (slot === undefined) {
    const free = await freeSlotAt(desk, local, moving);
    if (free !== null) await offer(desk, [free], moving);
    else if (!differs) return settledAnswer(desk, await offerOthers(desk, local, "not_free", moving));
  }
  return { result: { ask: question, reason: "not_confirmed_by_customer" } };
}

export function settledAnswer(desk: Desk, settled: Settled): ToolAnswer {
  if (settled.kind === "taken")
    return { result: { error: "slot_taken", alternatives: settled.alternatives, say: settled.say } };
  return { result: { ok: true, [settled.kind]: spokenSlot(desk, settled.local), say: settled.say } };
}
