import { proposes } from "./busy.ts";
import { isoLocal, isoTime, parseIsoLocal } from "./civil.ts";
import { readSlotShift } from "./offsets.ts";
import { resolveWish } from "./resolve.ts";
import type { Fact, Scan } from "./scan.ts";
import { comes, delayMinutes, readShift, type Talk } from "./talk.ts";
import type { Draft } from "./timed.ts";
import type { Wish } from "./wish.ts";
import type { World } from "./world.ts";

/** Being late, cancelling and moving: what the customer does with a meeting he has. Null when none of it is meant. */
export function readDeed(world: World, scan: Scan, facts: readonly Fact[], wish: Wish, talk: Talk): Draft | null {
  if (talk.late && !talk.move) return late(scan, wish);
  const hasMeeting = scan.context.appointment !== undefined;
  if (talk.arrive && (talk.stuck || hasMeeting) && !talk.cancel) {
    const minutes = delayMinutes(scan.tokens);
    const after = facts.length === 0 && scan.tokens.at(-1)?.entry.tag === "after"; // "אגיע קצת אחרי"
    if (minutes !== null || talk.stuck || after) return late(scan, wish);
  }
  if (comesLater(scan, wish, talk)) return late(scan, wish);
  if (talk.stuck && !talk.cancel && !talk.move && !wish.date) return late(scan, wish);
  const rebooks = talk.cancel && (wish.hour !== null || wish.date !== null) && rebooksAfter(scan);
  if (talk.cancel && !talk.move && !rebooks) {
    return scan.context.appointment === undefined
      ? { kind: "cancel" }
      : { kind: "cancel", slot: scan.context.appointment };
  }
  const named = wish.hour !== null || wish.date !== null;
  const replaces = hasMeeting && named && (talk.instead >= 0 || talk.switches);
  const slotShift = !hasMeeting || facts.length > 0 || scan.told.length > 0 ? null : readSlotShift(scan.tokens);
  if (slotShift !== null && !talk.cancel) return shiftedMeeting(scan.context.appointment!, slotShift);
  const offers = (scan.context.offered?.length ?? 0) > 0 && !hasMeeting;
  // "אפשר לשנות שעה?" is not this slot; "רק תשנה לחמש" is a time of its own.
  if (talk.move && offers) return facts.length === 0 ? { kind: "reject" } : null;
  const elsewhen = talk.other || (facts.length === 0 && (talk.later || talk.earlier)); // "אפשר מוקדם יותר?"
  if (talk.move || rebooks || replaces || (named && refusesItsDay(scan, wish)) || (hasMeeting && elsewhen))
    return move(world, scan, facts, wish, talk);
  return null;
}

/** "אגיע רק בתשע ועשרים" of a meeting at nine: told, not asked, and within the next hours of that day. */
function comesLater({ tokens, context }: Scan, { hour, date }: Wish, talk: Talk): boolean {
  const meeting = parseIsoLocal(context.appointment ?? "");
  if (meeting === null || hour?.minutes.length !== 1 || hour.relation || talk.instead >= 0 || talk.move) return false;
  if (date && !date.days.includes(meeting.day)) return false;
  const asks = tokens.some(({ mark, entry }) => mark === "?" || entry.act === "fine");
  const delay = hour.minutes[0]! - meeting.minute;
  return !asks && delay > 0 && delay <= 180 && tokens.some(({ text }) => comes.test(text));
}

/** "לא אוכל בשלישי, אפשר ברביעי?" of a meeting on Tuesday. */
function refusesItsDay({ context }: Scan, { negated }: Wish): boolean {
  const meeting = parseIsoLocal(context.appointment ?? "");
  return meeting !== null && negated.some((fact) => fact.kind === "date" && fact.days.includes(meeting.day));
}

/** "לבטל ולקבוע למחר", "לא אגיע, אפשר בראשון?": a booking verb or a proposal after the refusal makes it a move. */
function rebooksAfter({ tokens }: Scan): boolean {
  const cancel = tokens.findIndex((token) => token.entry.act === "cancel");
  if (tokens[cancel]?.text.startsWith("לא ")) return tokens.slice(cancel + 1).some(proposes);
  return tokens.slice(cancel + 1).some(({ text }) => /^ו?(?:[לנת]?קבוע|[אנת]?קבע[יו]?|קובעת?|קובעימ)$/.test(text));
}

function late({ tokens }: Scan, wish: Wish): Draft {
  const minutes = wish.hour?.clock.precise ? null : delayMinutes(tokens); // "אגיע ברבע לחמש" is no quarter of an hour
  const time = wish.hour?.minutes.length === 1 ? { time: isoTime(wish.hour.minutes[0]!) } : {};
  return minutes === null ? { kind: "late", ...time } : { kind: "late", minutes };
}

function move(world: World, scan: Scan, facts: readonly Fact[], wish: Wish, talk: Talk): Draft {
  const meeting = scan.context.appointment === undefined ? null : parseIsoLocal(scan.context.appointment);
  const from: { from?: string } = meeting === null ? {} : { from: isoLocal(meeting.day, meeting.minute) };
  const shift = readShift(scan.tokens);
  const insideFact =
    shift !== null && facts.some((fact) => shift.at >= fact.at && shift.at < fact.next && fact.next > shift.next);
  if (shift && !insideFact) {
    const minutes = talk.move === "advance" ? -shift.minutes : shift.minutes;
    return meeting === null ? { kind: "move", minutes } : shiftedMeeting(scan.context.appointment!, minutes);
  }
  const goal = resolveWish(world, {}, withoutDay(wish, meeting?.day), talk, meeting?.day ?? null);
  const stays = goal?.kind === "instant" && goal.time !== undefined && goal.start === from.from; // "לשבוע אחרי באותה שעה"
  return { kind: "move", ...from, ...goalOf(stays ? null : goal) };
}

/** "לבטל את חמישי ולקבוע ליום שני": of several days the one of the meeting is the old one. */
function withoutDay(wish: Wish, day: number | undefined): Wish {
  if (day === undefined || wish.date === null || wish.otherDates.length === 0) return wish;
  const [date = null, ...otherDates] = [wish.date, ...wish.otherDates].filter((other) => !other.days.includes(day));
  return date === null ? wish : { ...wish, date, otherDates };
}

function shiftedMeeting(appointment: string, minutes: number): Draft {
  const meeting = parseIsoLocal(appointment);
  if (meeting === null) return { kind: "move", minutes };
  const from = isoLocal(meeting.day, meeting.minute);
  const start = isoLocal(meeting.day, meeting.minute + minutes);
  return { kind: "move", from, minutes, start, to: start, time: start.slice(11) };
}

/** The new time in the fields of a move; a question stays in `missing` and `candidates`. */
function goalOf(goal: Draft | null): Partial<Omit<Extract<Draft, { kind: "move" }>, "kind">> {
  if (goal === null) return { missing: ["date", "time"] };
  const missing = goal.missing && goal.missing.length > 0 ? { missing: goal.missing } : {};
  const flags = goal.flags ? { flags: goal.flags } : {};
  switch (goal.kind) {
    case "instant":
    case "interval": {
      const { start, grain, offset } = goal;
      const whole = goal.kind === "instant" && goal.time !== undefined ? { time: goal.time, to: start } : {};
      const end = goal.kind === "interval" ? { end: goal.end } : {};
      const rest = { ...(goal.part ? { part: goal.part } : {}), ...(goal.window ? { window: goal.window } : {}) };
      return { start, ...end, grain, offset, ...whole, ...rest, ...missing, ...flags };
    }
    case "timeOfDay":
      return { time: goal.time, grain: goal.grain, ...missing };
    case "ask":
      return { candidates: goal.candidates, ...(goal.time ? { time: goal.time } : {}), ...missing, ...flags };
    case "open":
    case "constraint":
      return { ...(goal.window ? { window: goal.window } : {}), ...(goal.part ? { part: goal.part } : {}), ...missing };
    default:
      return missing;
  }
}
