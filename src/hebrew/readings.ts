import type { Clock } from "./clocks.ts";
import type { Part } from "./types.ts";

/** What an hour can mean, in minutes since midnight. */
export interface Readings {
  minutes: number[];
  /** The hour lies after midnight but people count it to the evening before ("מחר באחת בלילה"). */
  nightAfter: boolean;
  /** "15:30 in the evening": the words contradict each other; with no minutes at all for an hour that does not exist. */
  contradiction: boolean;
}

/** Hours that a bare part of the day stands for (the owner's policy); end exclusive, in hours. */
export const partHours: Record<Part, readonly [from: number, to: number]> = {
  morning: [6, 12],
  noon: [12, 15],
  afternoon: [14, 18],
  "late-afternoon": [16, 19],
  evening: [18, 22],
  night: [20, 24],
};

// "לפנות בוקר" is the end of the night, not its beginning.
const dawnHours = [4, 6] as const;

/** Hours of a bare part of the day; `dawn`: the night was said to be the one before morning. */
export const hoursOfPart = (part: Part, dawn: boolean): readonly [from: number, to: number] =>
  dawn ? dawnHours : partHours[part];

/** Hours people still attach to a part when they name one: "three at noon", "eleven in the evening". End exclusive. */
const spokenHours: Record<Part, readonly (readonly [number, number])[]> = {
  morning: [[1, 12]],
  noon: [[11, 17]],
  afternoon: [[12, 19]],
  "late-afternoon": [[15, 20]],
  evening: [[17, 24]],
  night: [
    [19, 24],
    [0, 6],
  ],
};

const single = (minute: number): Readings => ({ minutes: [minute], nightAfter: false, contradiction: false });

/**
 * Decides between morning and evening. Am/pm and 24-hour writing are exact; a named part of the day decides; of bare
 * hours 1-6 are afternoon, 9-11 morning, 12 noon, and 7 and 8 stay open, also when they are named ("a quarter to
 * eight") or reached ("a quarter to nine" is 8:45). "04:30" with a leading zero stays open too: few mean the night.
 */
export function readingsOf(clock: Clock, spokenPart: Part | null, dawn: boolean): Readings {
  const { hour, minute, meridiem, padded, named } = clock;
  if (clock.impossible) return { minutes: [], nightAfter: false, contradiction: true };
  const part = clock.part ?? spokenPart;
  if (meridiem !== null) {
    const base = hour > 12 ? hour : (hour % 12) + (meridiem === "pm" ? 12 : 0);
    return single(base * 60 + minute);
  }
  if (hour === 24) return { minutes: [minute], nightAfter: true, contradiction: false };
  if (hour > 12) return exact(hour * 60 + minute, clock.part);
  const early = (hour % 12) * 60 + minute;
  const late = early + 720;
  if (part !== null) return withPart(part, dawn || clock.dawn, early, late, clock.part === null);
  if (hour === 0) return single(minute);
  if (padded) return hour <= 6 ? both(late, early) : single(early);
  if (hour === 7 || hour === 8 || named === 7 || named === 8) return both(early, late);
  return single(hour >= 9 && hour <= 11 ? early : late);
}

const both = (first: number, second: number): Readings => ({
  minutes: [first, second],
  nightAfter: false,
  contradiction: false,
});

/** A 24-hour reading stands as it is; "15:00 in the morning" contradicts itself. */
const exact = (minute: number, part: Part | null): Readings => ({
  minutes: [minute],
  nightAfter: false,
  contradiction: part !== null && !belongsTo(part, minute),
});

const belongsTo = (part: Part, minute: number): boolean =>
  spokenHours[part].some(([from, to]) => minute >= from * 60 && minute < to * 60);

/** Before this minute a morning that was said apart from the hour ("פגישה בבוקר ... אחרי שתיים") is not its morning. */
const apartMorningStart = 300;

function withPart(part: Part, dawn: boolean, early: number, late: number, apart: boolean): Readings {
  if (dawn) return early < 420 ? single(early) : { minutes: [early, late], nightAfter: false, contradiction: true };
  const fitting = [late, early].filter((minute) => belongsTo(part, minute));
  if (fitting.length === 0) return { minutes: [late, early], nightAfter: false, contradiction: true };
  const minute = fitting[0]!;
  if (apart && part === "morning" && minute < apartMorningStart)
    return { minutes: [late, early], nightAfter: false, contradiction: true };
  return { minutes: [minute], nightAfter: part === "night" && minute < 360, contradiction: false };
}

/** The readings of a stretch: the start is chosen so that the stretch is forward and the shortest. */
export function rangeReadings(
  from: Clock,
  to: Clock,
  part: Part | null,
  dawn: boolean,
): { from: number[]; to: number[] } {
  const shared = to.part ?? from.part ?? part;
  const toReadings = pastMidnight(readingsOf(to, shared, dawn));
  const fromReadings = readingsOf(from, from.part ?? (from.hour <= to.hour ? shared : null), dawn);
  if (
    toReadings.minutes.length === 1 &&
    fromReadings.minutes.length === 1 &&
    fromReadings.minutes[0]! < toReadings.minutes[0]!
  ) {
    return { from: fromReadings.minutes, to: toReadings.minutes };
  }
  const pairs: [number, number][] = [];
  for (const a of exactOr(fromReadings.minutes, from)) {
    for (const b of exactOr(toReadings.minutes, to)) if (a < b) pairs.push([a, b]);
  }
  const settled = pairs.filter(([a, b]) => settles(fromReadings.minutes, a) && settles(toReadings.minutes, b));
  const best = settled.length > 0 ? settled : pairs;
  const lengths = best.map(([a, b]) => b - a);
  const shortest = Math.min(...lengths);
  const kept = best.filter(([a, b]) => b - a === shortest);
  return { from: kept.map(([a]) => a), to: kept.map(([, b]) => b) };
}

/** As the end of a stretch, midnight and the hours of the night belong to the day that ends. */
const pastMidnight = (readings: Readings): Readings =>
  readings.nightAfter ? { ...readings, minutes: readings.minutes.map((minute) => minute + 1440) } : readings;

const settles = (readings: readonly number[], minute: number): boolean => readings.includes(minute);

/** Written and part-bound hours keep their reading; others may swing by twelve hours to make the stretch forward. */
function exactOr(minutes: readonly number[], clock: Clock): number[] {
  if (
    clock.meridiem !== null ||
    clock.part !== null ||
    clock.hour > 12 ||
    clock.hour === 0 ||
    minutes.some((minute) => minute >= 1440)
  )
    return [...minutes];
  const early = (clock.hour % 12) * 60 + clock.minute;
  return [...new Set([...minutes, early, early + 720])];
}
