import { type Day, isoDate, isoLocal, isoTime } from "./civil.ts";
import { hoursOfPart } from "./readings.ts";
import { type DateFact, dateFact } from "./scan.ts";
import type { Talk } from "./talk.ts";
import {
  ask,
  contextMinute,
  type Draft,
  dateAlone,
  dateQuestion,
  dayBounds,
  hourAlone,
  hourBounds,
  intervalOn,
  momentAt,
  partBounds,
} from "./timed.ts";
import type { Context, Missing } from "./types.ts";
import { type HourWish, settledHour, type Wish } from "./wish.ts";
import type { World } from "./world.ts";

/** Turns a wish into a time, a bound or a question; null when it names no time. `base` stands in for an unnamed day. */
export function resolveWish(world: World, context: Context, wish: Wish, talk: Talk, base: Day | null): Draft | null {
  if (wish.otherDates.length > 0) return severalDates(context, wish);
  const bounded = [wish.hour, ...wish.otherHours].filter((hour): hour is HourWish => hour !== null && isBound(hour));
  if (bounded.length > 0) return bounds(world, wish, bounded, base);
  if (wish.otherHours.length > 0) return severalHours(wish, base);
  const afterShabbatAt = wish.date?.moment && wish.hour !== null; // "אחרי צאת שבת בשמונה"
  if (wish.date && wish.dateRelation && wish.date.problem === null && !afterShabbatAt) return dayBounds(world, wish);
  if (wish.otherParts.length > 1 && !wish.hour && !wish.range) return severalParts(wish, base);
  if (wish.range && wish.otherRanges.length > 0) return severalRanges(wish, wish.range, base);
  if (wish.range) return rangeOf(world, wish, wish.range, base);
  if (wish.date) return withDate(world, context, wish, wish.date, talk);
  if (wish.hour) return withoutDate(world, context, wish.hour, base);
  if (wish.part) return partAlone(world, wish, base);
  return null;
}

const isBound = ({ relation }: HourWish): boolean => relation !== null;

function severalDates(context: Context, wish: Wish): Draft {
  const dates = [wish.date!, ...wish.otherDates];
  if (wish.otherHours.length > 0 && wish.otherHours.length === wish.otherDates.length)
    return severalMoments(wish, dates);
  const days = dates.flatMap((date) => date.days.slice(0, 1));
  const hour = wish.hour ?? pendingHour(context, wish.date!, wish);
  const minutes = hour?.minutes ?? [];
  const candidates = days.flatMap((day) =>
    minutes.length > 0 ? minutes.map((minute) => isoLocal(day, minute)) : [isoDate(day)],
  );
  const missing: Missing[] = hour ? ["which", "date"] : ["which", "date", "time"];
  return ask(missing, candidates, wish.part ? { part: wish.part } : {});
}

/** "שלישי בעשר או רביעי בשתיים": each day with its own hour. */
function severalMoments(wish: Wish, dates: readonly DateFact[]): Draft {
  const hours = [wish.hour!, ...wish.otherHours];
  const candidates = dates.flatMap(({ days }, i) =>
    days.slice(0, 1).flatMap((day) => hours[i]!.minutes.map((minute) => isoLocal(day, minute))),
  );
  return ask(["which"], candidates);
}

function severalHours(wish: Wish, base: Day | null): Draft {
  const minutes = [wish.hour!, ...wish.otherHours].flatMap((hour) => hour.minutes);
  const day = wish.date?.days.length === 1 ? wish.date.days[0]! : wish.date ? null : base;
  if (day === null) return ask(["which", "time", ...(wish.date ? [] : (["date"] as const))], minutes.map(isoTime));
  return ask(
    ["which", "time"],
    minutes.map((minute) => isoLocal(day, minute)),
    { start: isoLocal(day, 0), grain: "day" },
  );
}

/** "מחר בבוקר או אחר הצהריים": the candidates are where each part begins. */
function severalParts({ date, otherParts }: Wish, base: Day | null): Draft {
  const day = date ? (date.problem === null && date.days.length === 1 ? date.days[0]! : null) : base;
  return whichHour(
    otherParts.map((part) => hoursOfPart(part, false)[0] * 60),
    day,
  );
}

/** "מחר 10-12 או 16-18": the candidates are where each stretch begins. */
function severalRanges({ date, otherRanges }: Wish, range: NonNullable<Wish["range"]>, base: Day | null): Draft {
  const day = date ? (date.problem === null && date.days.length === 1 ? date.days[0]! : null) : base;
  return whichHour(
    [range, ...otherRanges].flatMap(({ from }) => from),
    day,
  );
}

function whichHour(minutes: readonly number[], day: Day | null): Draft {
  if (day === null) return ask(["which", "date", "time"], minutes.map(isoTime));
  return ask(
    ["which", "time"],
    minutes.map((minute) => isoLocal(day, minute)),
    { start: isoLocal(day, 0), grain: "day" },
  );
}

/** "מחר אחרי ארבע", "עד שתיים": a bound, with the day it holds for when there is one. */
function bounds(world: World, wish: Wish, hours: readonly HourWish[], base: Day | null): Draft {
  const date = wish.date;
  if (date && date.problem !== null) return dateQuestion(world, date, hours[0]!);
  const limits = hourBounds(hours);
  const day = date ? (date.days[0] ?? date.moment?.day ?? null) : base;
  if (limits === "open") {
    const minutes = hours.flatMap((hour) => hour.minutes);
    return ask(
      [minutes.length > 0 ? "ampm" : "time"],
      day === null ? minutes.map(isoTime) : minutes.map((minute) => isoLocal(day, minute)),
    );
  }
  const where =
    day === null ? {} : { start: isoLocal(day, 0), window: [isoDate(day), isoDate(day)] as [string, string] };
  const span = date?.span ? { window: [isoDate(date.span.first), isoDate(date.span.last)] as [string, string] } : {};
  return {
    kind: "constraint",
    ...limits,
    ...where,
    ...span,
    missing: day === null ? ["date", "time"] : ["time"],
    ...(wish.part ? { part: wish.part } : {}),
  };
}

function rangeOf(world: World, wish: Wish, range: NonNullable<Wish["range"]>, base: Day | null): Draft {
  const date = wish.date;
  if (date && date.problem !== null) return dateQuestion(world, date, null);
  const day = date ? (date.days[0] ?? null) : base;
  const { from, to } = range;
  if (from.length !== 1) {
    const candidates = from.map((minute) => (day === null ? isoTime(minute) : isoLocal(day, minute)));
    return ask(
      from.length === 0 ? ["time"] : ["ampm"],
      candidates,
      day === null ? {} : { start: isoLocal(day, 0), grain: "day" },
    );
  }
  if (day === null) {
    const window = date?.span
      ? { window: [isoDate(date.span.first), isoDate(date.span.last)] as [string, string] }
      : {};
    return {
      kind: "constraint",
      from: isoTime(from[0]!),
      to: isoTime(to[0]! % 1440),
      ...window,
      missing: ["date", "time"],
      ...(wish.part ? { part: wish.part } : {}),
    };
  }
  return intervalOn(world, day, from[0]!, to[0]!, wish.part, ["time"]);
}

function withDate(world: World, context: Context, wish: Wish, date: DateFact, talk: Talk): Draft {
  const hour = wish.hour ?? pendingHour(context, date, wish);
  if (date.problem !== null) return dateQuestion(world, date, hour);
  if (!hour) return vagueOr(dateAlone(world, date, wish.part, wish.dawn), talk);
  if (date.span) return spanWithHour(world, date, hour);
  const days = date.moment ? [date.moment.day] : date.days;
  if (date.moment && date.moment.until === null && date.days.length === 0) return dateAlone(world, date, null);
  const explicitPast = days[0]! < world.now.day;
  if (!hour.nightAfter) return momentAt(world, days, hour, explicitPast);
  if (date.night) return momentAt(world, [days[0]! + 1], hour, explicitPast);
  const minute = hour.minutes[0]!;
  return ask(["date"], [isoLocal(days[0]! + 1, minute), isoLocal(days[0]!, minute)], { time: isoTime(minute) });
}

/** "מתישהו בשבוע הבא": the stretch is a window to look in, not an answer. */
function vagueOr(draft: Draft, talk: Talk): Draft {
  if (!talk.any || draft.kind !== "instant" || !draft.window) return draft;
  return { kind: "open", window: draft.window, missing: ["date", "time"] };
}

/** The pending hour joins a day that comes alone. That of a whole pending slot does not: another day may want another hour. */
function pendingHour(context: Context, date: DateFact, wish: Wish): HourWish | null {
  const minute = contextMinute(context);
  if (minute === null || date.span || date.moment || wish.part) return null;
  if (context.asked === "time" || (context.asked !== "date" && context.pending?.date !== undefined)) return null;
  return settledHour(minute);
}

function spanWithHour(world: World, date: DateFact, hour: HourWish): Draft {
  const { first, last } = date.span!;
  if (first === last) return momentAt(world, [first], hour, false);
  const times = hour.minutes.map(isoTime);
  const missing: Missing[] = hour.contradiction
    ? ["date", "time"]
    : hour.minutes.length > 1
      ? ["date", "ampm"]
      : ["date"];
  return ask(missing, times, {
    ...(times.length === 1 ? { time: times[0]! } : {}),
    start: isoLocal(first, 0),
    end: isoLocal(last + 1, 0),
    grain: date.span!.grain,
  });
}

function withoutDate(world: World, context: Context, hour: HourWish, base: Day | null): Draft {
  if (base === null) {
    const several = (context.offered?.length ?? 0) > 1;
    if (several && hour.minutes.length === 1)
      return ask(
        ["date"],
        offeredDays(context).map((day) => `${day}T${isoTime(hour.minutes[0]!)}`),
        { time: isoTime(hour.minutes[0]!) },
      );
    return hourAlone(world, hour, context.asked === "time");
  }
  if (!hour.nightAfter) return momentAt(world, [base], hour, false);
  const minute = hour.minutes[0]!;
  return ask(["date"], [isoLocal(base + 1, minute), isoLocal(base, minute)], { time: isoTime(minute) });
}

const offeredDays = (context: Context): string[] => [
  ...new Set((context.offered ?? []).map((slot) => slot.slice(0, 10))),
];

function partAlone(world: World, wish: Wish, base: Day | null): Draft {
  const part = wish.part!;
  if (base !== null) return dateAlone(world, dateFact(0, 0, { days: [base] }), part, wish.dawn);
  return { kind: "constraint", ...partBounds(part, wish.dawn), missing: ["date", "time"] };
}
