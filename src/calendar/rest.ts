import { restPeriod } from "../hebrew/holidays.ts";
import { LocalDay } from "./local-day.ts";
import type { RestCalendar, RestWindow } from "./rules.ts";

// A year of dates for a handful of cities; a date costs some 50 µs (two sunsets), availability asks for 30 at a time.
const cachedDatesMax = 4_000;

/** Rest of local dates by city and zone: from candle lighting on the eve until the stars are out. Remembers, bounded. */
export function createRestCalendars(): (city: string, zone: string) => RestCalendar {
  const known = new Map<string, readonly RestWindow[]>();
  return (city, zone) => (date) => {
    const key = `${date} ${zone} ${city}`;
    const hit = known.get(key);
    if (hit !== undefined) return hit;
    if (known.size >= cachedDatesMax) known.clear();
    const windows = restWindows(date, city, zone);
    known.set(key, windows);
    return windows;
  };
}

/** For a business that works on Shabbat and holidays. */
export const noRest: RestCalendar = () => [];

function restWindows(date: Temporal.PlainDate, city: string, zone: string): RestWindow[] {
  const period = restPeriod(date, city);
  if (period === null) return [];
  const day = new LocalDay(date, zone);
  const nextMs = new LocalDay(date.add({ days: 1 }), zone).startMs;
  const [startMs, endMs] = [period.start.epochMilliseconds, period.end.epochMilliseconds];
  if (endMs <= day.startMs || startMs >= nextMs) return [];
  return [
    {
      fromMinute: startMs <= day.startMs ? 0 : day.minuteOf(startMs),
      toMinute: endMs >= nextMs ? 1_440 : day.minuteOf(endMs),
      why: period.names.join(", "),
    },
  ];
}
