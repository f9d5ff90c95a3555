import { type Day, isoDate, isoLocal, isoTime, parseIsoDate, parseIsoLocal, parseIsoTime } from "./civil.ts";
import { holidayOfRest } from "./holidays.ts";
import { hoursOfPart } from "./readings.ts";
import type { DateFact, Relation, Scan } from "./scan.ts";
import type {
  Ask,
  Constraint,
  Context,
  Flag,
  Grain,
  Instant,
  Missing,
  Part,
  TimeOfDay,
  Understanding,
} from "./types.ts";
import type { HourWish, Wish } from "./wish.ts";
import type { World } from "./world.ts";

/** An understanding before its evidence is attached. */
export type Draft = Understanding extends infer U ? (U extends unknown ? Omit<U, "evidence"> : never) : never;

const flagged = (flags: readonly Flag[]): { flags?: Flag[] } => (flags.length > 0 ? { flags: [...flags] } : {});

/** A question with everything that is known beside it. */
export function ask(
  missing: Missing[],
  candidates: readonly string[],
  known: Partial<Omit<Ask, "kind" | "evidence">> = {},
): Omit<Ask, "evidence"> {
  return { kind: "ask", missing, candidates: [...new Set(candidates)], ...known };
}

/** A day named as a whole; the hour is missing. */
export function wholeDay(world: World, day: Day): Omit<Instant, "evidence"> {
  const { offset } = world.offsetAt(day, 720);
  const flags = world.flagsOf(day, 720, 721);
  return { kind: "instant", start: isoLocal(day, 0), grain: "day", offset, missing: ["time"], ...flagged(flags) };
}

/** The day and hour as one moment, or a question: the hour is over, missing or double, or its morning is open. */
export function momentAt(
  world: World,
  days: readonly Day[],
  hour: HourWish,
  explicitPast: boolean,
): Omit<Instant, "evidence"> | Omit<Ask, "evidence"> {
  const day = days[0]!;
  const locals = (minutes: readonly number[], on: readonly Day[] = days) =>
    on.flatMap((one) => minutes.map((minute) => isoLocal(one, minute)));
  const known = { start: isoLocal(day, 0), grain: "day" as Grain, ...flagged(world.flagsOf(day, 720, 721)) };
  if (days.length > 1) return ask(hour.minutes.length > 1 ? ["date", "ampm"] : ["date"], locals(hour.minutes), {});
  if (hour.contradiction) return ask(["time"], locals(hour.minutes), known);
  if (hour.minutes.length > 1) return ask(["ampm"], locals(hour.minutes), known);
  const minute = hour.minutes[0]!;
  const { offset, times } = world.offsetAt(day, minute);
  if (times === 0) return ask(["time"], [isoLocal(day, minute - 60), isoLocal(day, minute + 60)], known);
  if (times === 2) return ask(["which"], [isoLocal(day, minute)], { ...known, time: isoTime(minute) });
  if (!explicitPast && isPast(world, day, minute)) {
    const later =
      minute < 720 && !isPast(world, day, minute + 720) && !hour.clock.part ? [isoLocal(day, minute + 720)] : [];
    return ask(["time"], [...later, isoLocal(day + 1, minute)], known);
  }
  const { second } = hour.clock;
  const start = isoLocal(day, minute) + (second > 0 ? `:${String(second).padStart(2, "0")}` : "");
  const grain: Grain = second > 0 ? "second" : hour.clock.precise ? "minute" : "hour";
  return {
    kind: "instant",
    start,
    grain,
    offset,
    time: isoTime(minute),
    ...flagged(world.flagsOf(day, minute, minute)),
  };
}

export const isPast = ({ now }: World, day: Day, minute: number): boolean =>
  day < now.day || (day === now.day && minute <= now.minute);

/** A stretch of hours on a day. */
export function intervalOn(
  world: World,
  day: Day,
  from: number,
  to: number,
  part: Part | null,
  missing: Missing[],
): Draft {
  const { offset } = world.offsetAt(day, from);
  const flags = world.flagsOf(day, from, to);
  return {
    kind: "interval", start: isoLocal(day, from), end: isoLocal(day, to), grain: "hour", offset,
    ...(missing.length > 0 ? { missing } : {}), ...(part ? { part } : {}), ...flagged(flags),
  }; // biome-ignore format: one value
}

/**
 * An hour without a day. A clock reading written out and standing by itself (15:30, 3pm, "רבע ל12") is taken as the
 * next such moment, with the date still to be confirmed; an hour that is asked for ("בארבע") stays an hour.
 */
export function hourAlone(world: World, hour: HourWish, asked: boolean): Omit<TimeOfDay, "evidence"> | Draft {
  const { clock, minutes } = hour;
  if (hour.contradiction) return ask(["time", "date"], minutes.map(isoTime));
  if (minutes.length > 1) return ask(["ampm", "date"], minutes.map(isoTime));
  const minute = minutes[0]!;
  const { now } = world;
  const day = minute > now.minute && !(hour.nightAfter && !now.small && minute > now.minute) ? now.day : now.day + 1;
  const { offset, times } = world.offsetAt(day, minute);
  if (times !== 1) return ask(["time", "date"], [isoTime(minute)]);
  const grain: Grain = clock.second > 0 ? "second" : clock.precise ? "minute" : "hour";
  const start = isoLocal(day, minute) + (clock.second > 0 ? `:${String(clock.second).padStart(2, "0")}` : "");
  const reading =
    clock.written && (clock.meridiem !== null || clock.prefix === "") && !clock.approx && !clock.hourWord && !asked;
  const common = { start, grain, offset, time: isoTime(minute), missing: ["date"] as Missing[] };
  if (reading) return { kind: "instant", ...common, ...flagged(world.flagsOf(day, minute, minute)) };
  return { kind: "timeOfDay", ...common };
}

/** A date that names a stretch, a moment of its own, or one whole day. */
export function dateAlone(world: World, date: DateFact, part: Part | null, dawn = false): Draft {
  if (date.moment) {
    const { day, minute, grain, until } = date.moment;
    if (until !== null) return { ...intervalOn(world, day, minute, until, part, ["time"]) };
    const { offset } = world.offsetAt(day, minute);
    return {
      kind: "instant",
      start: isoLocal(day, minute),
      grain,
      offset,
      time: isoTime(((minute % 1440) + 1440) % 1440),
      ...flagged(world.flagsOf(day, minute, minute)),
    };
  }
  if (date.span) return { ...spanAlone(world, date.span), ...(part ? { part } : {}) };
  const day = date.days[0]!;
  if (part === null) return wholeDay(world, day);
  const [from, to] = hoursOfPart(part, dawn);
  const over = (day === world.now.day || date.night) && isPast(world, day + Math.floor(to / 24), (to % 24) * 60);
  if (over) return ask(["date", "time"], [isoDate(world.now.day), isoDate(world.now.day + 1)], { part });
  return intervalOn(world, day, from * 60, to * 60, part, ["time"]);
}

function spanAlone(world: World, { first, last, grain, shape }: NonNullable<DateFact["span"]>): Draft {
  const window: [string, string] = [isoDate(first), isoDate(last)];
  const missing: Missing[] = ["date", "time"];
  const { offset } = world.offsetAt(first, 720);
  if (shape === "open") return { kind: "open", window, missing };
  if (shape === "interval")
    return {
      kind: "interval",
      start: isoLocal(first, 0),
      end: isoLocal(last + 1, 0),
      grain: "day",
      offset,
      window,
      missing,
    };
  return { kind: "instant", start: isoLocal(first, 0), grain, offset, window, missing };
}

/** Why a date cannot stand, as a question. */
export function dateQuestion(world: World, date: DateFact, hour: HourWish | null): Omit<Ask, "evidence"> {
  const candidates = date.days.flatMap((day) =>
    hour ? hour.minutes.map((minute) => isoLocal(day, minute)) : [isoDate(day)],
  );
  const missing: Missing[] = date.problem === "mismatch" ? ["which", "date"] : ["date"];
  if (hour && hour.minutes.length > 1) missing.push("ampm");
  const settled = hour && hour.minutes.length === 1 ? { time: isoTime(hour.minutes[0]!) } : {};
  const ahead =
    date.problem === "passed" ? candidates.filter((local) => local.slice(0, 10) >= isoDate(world.now.day)) : candidates;
  return ask(missing, ahead, settled);
}

/** Bounds on the hour: "after four", "until two", "between ten and twelve", "in the evening". */
export function hourBounds(hours: readonly HourWish[]): { from?: string; to?: string } | "open" {
  const bounds: { from?: string; to?: string } = {};
  const begins = ({ relation }: HourWish) => relation === "after" || relation === "from";
  const [from = -1, second] = hours.find(begins)?.minutes ?? [];
  for (const hour of hours) {
    // The end of an open hour has only one sensible reading when the beginning is known.
    const isOpen = !begins(hour) && hour.minutes.length > 1 && second === undefined;
    const possible = isOpen ? hour.minutes.filter((end) => end > from) : hour.minutes;
    if (possible.length !== 1) return "open";
    if (begins(hour)) bounds.from = isoTime(possible[0]!);
    else bounds.to = isoTime(possible[0]!);
  }
  return bounds;
}

/** The bounds of a part of the day, for a wish without a day. */
export function partBounds(part: Part, dawn: boolean): { from: string; to: string; part: Part } {
  const [from, to] = hoursOfPart(part, dawn);
  return { from: isoTime(from * 60), to: to === 24 ? "24:00" : isoTime(to * 60), part };
}

/** The day the conversation is about: the pending one, else the day all offered slots share. */
export function contextDay(context: Context): Day | null {
  const pending = context.pending?.date === undefined ? null : parseIsoDate(context.pending.date);
  if (pending !== null) return pending;
  const days = new Set((context.offered ?? []).map((slot) => parseIsoLocal(slot)?.day ?? null));
  const [only = null] = days;
  return days.size === 1 ? only : null;
}

/** The days to come that the talk is about: the pending one, the offered ones, and that of a meeting that is to move. */
export function daysOfTalk({ tokens, context, moving, now }: Scan): Day[] {
  const { offered = [], pending, appointment } = context;
  const moves = () => moving || tokens.some(({ entry: { act } }) => act === "switch" || act === "instead");
  const locals = appointment !== undefined && moves() ? [...offered, appointment] : offered;
  const days = [...locals.map((local) => parseIsoLocal(local)?.day), parseIsoDate(pending?.date ?? "")];
  return days.filter((day): day is Day => typeof day === "number" && day >= now.day);
}

/** The pending hour, when the customer was asked for the day. */
export const contextMinute = (context: Context): number | null =>
  context.pending?.time === undefined ? null : parseIsoTime(context.pending.time);

/** "אחרי צאת שבת", "לפני כניסת שבת": a bound on the hours of that day. */
function edgeBound({ day, minute }: NonNullable<DateFact["moment"]>, relation: Relation): Omit<Constraint, "evidence"> {
  const late = relation === "after" || relation === "from";
  const window: [string, string] = [isoDate(day), isoDate(day)];
  const bound = late ? { from: isoTime(minute) } : { to: isoTime(minute) };
  return { kind: "constraint", ...bound, start: isoLocal(day, 0), window, missing: ["time"] };
}

/** Bounds in days: "after Tuesday", "until Thursday", "from Sunday on". */
export function dayBounds(world: World, wish: Wish): Omit<Constraint, "evidence"> | Draft {
  const date = wish.date!;
  const edge = date.moment && edgeBound(date.moment, wish.dateRelation);
  if (edge) return edge;
  const first = date.moment?.day ?? date.span?.first ?? date.days[0]!;
  const last = date.moment?.day ?? date.span?.last ?? date.days[0]!;
  const missing: Missing[] = ["date", "time"];
  const { feast } = date;
  const today = world.now.day;
  if (wish.dateRelation === "after" || wish.dateRelation === "from") {
    let from = wish.dateRelation === "after" ? last + 1 : first;
    while (feast && holidayOfRest(from)) from++; // after Sukkot comes Simchat Torah
    const window: [string, string] = [isoDate(from), isoDate(from + 6)];
    if (wish.dateRelation === "after" && feast) return { kind: "open", window, missing };
    return { kind: "constraint", from: isoDate(from), window, missing };
  }
  const to = wish.dateRelation === "before" ? first - 1 : last;
  const window: [string, string] = [isoDate(today), isoDate(Math.max(today, to))];
  if (wish.dateRelation === "before" && feast) return { kind: "open", window, missing };
  return { kind: "constraint", to: isoDate(to), window, missing };
}
