import { z } from "zod";
import { restOf } from "../../calendar/availability.ts";
import type { Meeting } from "../../calendar/book.ts";
import { loadRules } from "../../calendar/load.ts";
import { LocalDay } from "../../calendar/local-day.ts";
import { freeSlotAt, freeStarts, localOf, nearest, offer, setPending, spokenSlot } from "../appointments.ts";
import { checkClaim } from "../offer-check.ts";
import { dateInput, meetingInput, moveInput, timeInput } from "./appointment-input.ts";
import { type Desk, defineTool, type ToolAnswer } from "./tool.ts";
import { whichMeeting } from "./which-meeting.ts";

/** Looking is harmless: only the lines at hand have to agree, not what was said about an earlier meeting. */
const linesCompared = 2;
/** Times of a day that are read to the model: more than anybody wants to hear, few enough for one glance. */
const timesListed = 16;

export const checkAvailability = defineTool({
  name: "check_availability",
  description:
    "Looks up the real calendar for a date, or a date and time. A free exact time is held for the customer and becomes the offer: ask whether it suits. Always use it before naming a time.",
  input: z.strictObject({
    date: dateInput,
    time: timeInput.optional(),
    move: moveInput,
    meeting: meetingInput,
  }),
  listens: true,
  async run(desk, { date, time, move, meeting }) {
    const claim = { date, time: time ?? null };
    const verdict = checkClaim(claim, desk.hearing.lines.slice(-linesCompared), desk.now.toPlainDate());
    desk.log.info("NLP", `claim ${verdict.kind}`, { tool: "check_availability", date, time, why: verdict.why });
    if (verdict.kind === "differs" && !wasLookedUp(desk, verdict.heard))
      return { result: { ask: verdict.question, reason: "heard_differently" } };
    const moving = move ? await whichMeeting(desk, meeting) : null;
    if (moving?.kind === "answer") return moving.answer;
    const own = moving?.meeting;
    return time === undefined ? dayAnswer(desk, date, own) : timeAnswer(desk, `${date}T${time}`, own);
  },
});

/** What the customer named was looked up before: now the assistant looks for other times, and that is no mistake. */
const wasLookedUp = (desk: Desk, heard: readonly string[]): boolean =>
  heard.length > 0 && heard.every((local) => desk.memory.checked.has(local));

async function dayAnswer(desk: Desk, date: string, moving: Meeting | undefined): Promise<ToolAnswer> {
  const day = Temporal.PlainDate.from(date);
  const slots = await freeStarts(desk, day, day, moving);
  if (slots.length === 0) return { result: { free: false, ...(await whyNotOn(desk, date)) } };
  await setPending(desk, { kind: "day", date });
  const times = slots.map((slot) => localOf(desk, slot.startMs).slice(11));
  return { result: { free: true, date, free_times: times.slice(0, timesListed), more: times.length > timesListed } };
}

/** Noon speaks for a whole day; that today's noon has passed says nothing about today. */
async function whyNotOn(desk: Desk, date: string): Promise<{ reason: string; rest?: string }> {
  const why = await whyNot(desk, `${date}T12:00`);
  const isNoonGone = why.reason === "past" || why.reason === "too_soon";
  return isNoonGone && date === desk.now.toPlainDate().toString() ? { reason: "nothing_left_today" } : why;
}

async function timeAnswer(desk: Desk, local: string, moving: Meeting | undefined): Promise<ToolAnswer> {
  desk.memory.checked.add(local);
  const slot = await freeSlotAt(desk, local, moving);
  const held = slot === null ? [] : await offer(desk, [slot], moving);
  if (held.length > 0) return { result: { free: true, offered: held[0], next: "ask_if_it_suits" } };
  const alternatives = await offer(desk, await nearest(desk, local, moving), moving);
  return { result: { free: false, asked: spokenSlot(desk, local), ...(await whyNot(desk, local)), alternatives } };
}

/** Why a time cannot be had, in a word the model can put into a sentence. */
async function whyNot(desk: Desk, local: string): Promise<{ reason: string; rest?: string }> {
  const calendar = await loadRules(desk.ctx);
  const day = new LocalDay(Temporal.PlainDate.from(local.slice(0, 10)), calendar.rules.zone);
  const minute = Number(local.slice(11, 13)) * 60 + Number(local.slice(14, 16));
  const atMs = day.instantMs(minute);
  if (atMs === null) return { reason: "no_such_hour_clock_change" };
  if (atMs < desk.now.epochMilliseconds) return { reason: "past" };
  if (atMs < desk.now.epochMilliseconds + calendar.rules.minNoticeMinutes * 60_000) return { reason: "too_soon" };
  if (desk.now.toPlainDate().until(day.date).days > calendar.rules.horizonDays) return { reason: "too_far_ahead" };
  const rest = restOf(
    calendar,
    desk.restCalendars,
  )(day.date).find((window) => minute >= window.fromMinute && minute < window.toMinute);
  return rest === undefined ? { reason: "closed_or_taken" } : { reason: "rest_day", rest: rest.why };
}
