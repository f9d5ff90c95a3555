import { type Day, dayOf, isoLocal, weekdayOf } from "./civil.ts";
import { holidayOfRest, isRestDay, restEndUtc, restStartUtc } from "./holidays.ts";
import type { Place } from "./periods.ts";
import type { Now } from "./scan.ts";
import type { Flag } from "./types.ts";

/** Time zone, city and moment of speaking: everything about the outside that the resolver may ask. */
export interface World extends Place {
  zone: string;
  now: Now;
  /** `+02:00` at a local minute, and whether that minute exists once, twice or not at all. */
  offsetAt(day: Day, minute: number): { offset: string; times: 0 | 1 | 2 };
  /** The flags of a stretch of local time; `to` is exclusive and may equal `from`. */
  flagsOf(day: Day, from: number, to: number): Flag[];
}

/** Before this minute of the night people still say "today" of the day before (policy: 00:00-03:59). */
const smallHoursEnd = 4 * 60;

/** Builds the world of one utterance. */
export function createWorld(
  now: Temporal.Instant | Temporal.ZonedDateTime,
  zone: string,
  city: string | undefined,
): World {
  const instant = now instanceof Temporal.ZonedDateTime ? now.toInstant() : now;
  const local = instant.toZonedDateTimeISO(zone);
  const { day, minute } = wallOf(local);
  const offsetMinutes = (target: Day) => {
    const noon = Temporal.PlainDateTime.from(`${isoLocal(target, 720)}`).toZonedDateTime(zone);
    return noon.offsetNanoseconds / 60e9;
  };
  const localMinute = (target: Day, utcMinute: number) => Math.round(utcMinute + offsetMinutes(target));
  const world: World = {
    zone,
    city,
    now: {
      day,
      minute,
      weekday: weekdayOf(day),
      small: minute < smallHoursEnd,
      later: (elapsedMinutes) => wallOf(instant.add({ minutes: elapsedMinutes }).toZonedDateTimeISO(zone)),
    },
    localMinute,
    offsetAt: (target, at) => offsetAt(zone, target, at),
    flagsOf: (target, from, to) => flagsOf(target, from, to, localMinute, city),
  };
  return world;
}

const wallOf = ({ year, month, day, hour, minute }: Temporal.ZonedDateTime) => ({
  day: dayOf(year, month, day),
  minute: hour * 60 + minute,
});

function offsetAt(zone: string, day: Day, minute: number): { offset: string; times: 0 | 1 | 2 } {
  const wall = Temporal.PlainDateTime.from(isoLocal(day, minute));
  const earlier = wall.toZonedDateTime(zone, { disambiguation: "earlier" });
  // Clocks change in the small hours only; elsewhere one conversion is enough.
  const within = ((minute % 1440) + 1440) % 1440;
  if (within >= 240) return { offset: earlier.offset, times: 1 };
  const later = wall.toZonedDateTime(zone, { disambiguation: "later" });
  if (earlier.epochMilliseconds === later.epochMilliseconds) return { offset: earlier.offset, times: 1 };
  return { offset: earlier.offset, times: earlier.minute === later.minute && earlier.hour === later.hour ? 2 : 0 };
}

/** Rest begins at candle lighting on the eve and ends with the stars after the last day. */
function flagsOf(day: Day, from: number, to: number, local: Place["localMinute"], city: string | undefined): Flag[] {
  const carry = Math.floor(from / 1440);
  const target = day + carry;
  const [start, end] = [from - carry * 1440, Math.max(to, from + 1) - carry * 1440];
  const flags = new Set<Flag>();
  const flagOf = (rest: Day): Flag[] => [
    ...(weekdayOf(rest) === 6 ? (["shabbat"] as const) : []),
    ...(holidayOfRest(rest) ? (["holiday"] as const) : []),
  ];
  if (isRestDay(target)) {
    const over = isRestDay(target + 1) ? Number.POSITIVE_INFINITY : local(target, restEndUtc(target, city));
    if (start < over) for (const flag of flagOf(target)) flags.add(flag);
  }
  if (isRestDay(target + 1) && end > 840 && end > local(target, restStartUtc(target, city))) {
    for (const flag of flagOf(target + 1)) flags.add(flag);
  }
  return [...flags];
}
