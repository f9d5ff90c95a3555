import { cityOf } from "./cities.ts";
import { civilOf, type Day, dayOf, weekdayOf } from "./civil.ts";
import { hebrewDay, hebrewYearFromAutumn } from "./hebrew-calendar.ts";
import { eveningUtcMinutes, starsDegrees, sunsetDegrees } from "./sun.ts";

/** A feast or memorial day by its Hebrew date; `days` > 1 for a week of feast. */
interface Feast {
  id: string;
  name: string;
  monthCode: string;
  day: number;
  days: number;
  rest: boolean;
  /** Law or custom moves the day: each takes the computed day and returns the day that is kept. */
  moved?: (day: Day) => Day;
}

const feast = (id: string, name: string, monthCode: string, day: number, days = 1, rest = false): Feast => ({
  id,
  name,
  monthCode,
  day,
  days,
  rest,
});

/** Independence Day keeps clear of Shabbat on both sides; Memorial Day is the day before it. */
const independence = (day: Day): Day => day + ([0, 1, 0, 0, 0, -1, -2][weekdayOf(day)] ?? 0);
const holocaust = (day: Day): Day => day + ([1, 0, 0, 0, 0, -1, 0][weekdayOf(day)] ?? 0);
const afterShabbat = (day: Day): Day => (weekdayOf(day) === 6 ? day + 1 : day);

const beforeShabbat = (day: Day): Day => (weekdayOf(day) === 6 ? day - 2 : day);

const feasts: readonly Feast[] = [
  { ...feast("rosh-hashana", "ראש השנה", "M01", 1, 2, true) },
  { ...feast("gedaliah", "צום גדליה", "M01", 3), moved: afterShabbat },
  { ...feast("yom-kippur", "יום כיפור", "M01", 10, 1, true) },
  feast("sukkot", "סוכות", "M01", 15, 7),
  feast("hoshana-raba", "הושענא רבה", "M01", 21),
  feast("simchat-torah", "שמחת תורה", "M01", 22, 1, true),
  feast("hanukkah", "חנוכה", "M03", 25, 8),
  feast("tu-bishvat", "ט״ו בשבט", "M05", 15),
  { ...feast("esther", "תענית אסתר", "M06", 13), moved: beforeShabbat },
  feast("purim", "פורים", "M06", 14),
  feast("shushan-purim", "שושן פורים", "M06", 15),
  feast("seder", "ליל הסדר", "M07", 14),
  feast("pesach", "פסח", "M07", 15, 7),
  feast("pesach-7", "שביעי של פסח", "M07", 21, 1, true),
  feast("mimouna", "מימונה", "M07", 22),
  { ...feast("yom-hashoah", "יום השואה", "M07", 27), moved: holocaust },
  { ...feast("yom-hazikaron", "יום הזיכרון", "M08", 4), moved: (day) => independence(day + 1) - 1 },
  { ...feast("yom-haatzmaut", "יום העצמאות", "M08", 5), moved: independence },
  feast("lag-baomer", "ל״ג בעומר", "M08", 18),
  feast("yom-yerushalayim", "יום ירושלים", "M08", 28),
  feast("shavuot", "שבועות", "M09", 6, 1, true),
  { ...feast("tisha-beav", "תשעה באב", "M11", 9), moved: afterShabbat },
  feast("tu-beav", "ט״ו באב", "M11", 15),
];

/** The eight days of rest in Israel by Hebrew date; they gave exactly the 240 rest days of 30 years (facts/product.md). */
const restDates: readonly (readonly [name: string, monthCode: string, day: number])[] = [
  ["ראש השנה", "M01", 1],
  ["ראש השנה", "M01", 2],
  ["יום כיפור", "M01", 10],
  ["סוכות", "M01", 15],
  ["שמחת תורה", "M01", 22],
  ["פסח", "M07", 15],
  ["שביעי של פסח", "M07", 21],
  ["שבועות", "M09", 6],
];

const cachedYearsMax = 64;

/** Caches a pure function of the year, bounded; Temporal's Hebrew calendar costs some 10 µs a date. */
function byYear<T>(compute: (year: number) => T): (year: number) => T {
  const cache = new Map<number, T>();
  return (year) => {
    const hit = cache.get(year);
    if (hit !== undefined) return hit;
    if (cache.size >= cachedYearsMax) cache.clear();
    const value = compute(year);
    cache.set(year, value);
    return value;
  };
}

/** Feast names by rest day, for the rest days that fall in a Gregorian year. */
const restDaysOfYear = byYear((year) => {
  const days = new Map<Day, string>();
  for (const hebrewYear of [hebrewYearFromAutumn(year) - 1, hebrewYearFromAutumn(year)]) {
    for (const [name, monthCode, dayOfMonth] of restDates) {
      const day = hebrewDay(hebrewYear, monthCode, dayOfMonth);
      if (day !== null && civilOf(day).year === year) days.set(day, name);
    }
  }
  return days;
});

/** Name of the holiday of rest on `day`, or null. Shabbat is not asked here. */
export const holidayOfRest = (day: Day): string | null => restDaysOfYear(civilOf(day).year).get(day) ?? null;

/** True when work rests on `day` by daylight: Shabbat or a holiday of rest. */
export const isRestDay = (day: Day): boolean => weekdayOf(day) === 6 || holidayOfRest(day) !== null;

export interface RestDay {
  kind: "shabbat" | "holiday" | "eve";
  /** Hebrew name for people: "שבת", "ראש השנה", "ערב פסח", "ערב שבת". */
  name: string;
}

/**
 * What kind of day a calendar day is for bookings: Shabbat, a holiday of rest, the eve of either (work ends early), or
 * null for a working day. The holiday's name wins over Shabbat when both fall on one day.
 */
export function restDay(date: Temporal.PlainDate): RestDay | null {
  const day = dayOf(date.year, date.month, date.day);
  const holiday = holidayOfRest(day);
  if (holiday) return { kind: "holiday", name: holiday };
  if (weekdayOf(day) === 6) return { kind: "shabbat", name: "שבת" };
  const next = holidayOfRest(day + 1);
  if (next) return { kind: "eve", name: `ערב ${next}` };
  return weekdayOf(day + 1) === 6 ? { kind: "eve", name: "ערב שבת" } : null;
}

export interface RestPeriod {
  /** Candle lighting by the city's custom. */
  start: Temporal.Instant;
  /** When three small stars are seen (sun 8.5 degrees down) after the last day of rest. */
  end: Temporal.Instant;
  /** Names of the days inside, in order; rest days that touch (Rosh Hashana, holiday next to Shabbat) are one period. */
  names: string[];
}

/** The period of rest that `date` belongs to, by its daylight or because it is the eve; null on other days. */
export function restPeriod(date: Temporal.PlainDate, cityName: string): RestPeriod | null {
  const day = dayOf(date.year, date.month, date.day);
  let first = isRestDay(day) ? day : day + 1;
  if (!isRestDay(first)) return null;
  while (isRestDay(first - 1)) first--;
  let last = first;
  while (isRestDay(last + 1)) last++;
  const names = Array.from({ length: last - first + 1 }, (_, i) => holidayOfRest(first + i) ?? "שבת");
  return {
    start: utcInstant(first - 1, restStartUtc(first - 1, cityName)),
    end: utcInstant(last, restEndUtc(last, cityName)),
    names,
  };
}

const utcInstant = (day: Day, minute: number): Temporal.Instant =>
  Temporal.Instant.fromEpochMilliseconds((day * 1440 + minute) * 60_000);

/** Candle lighting on the eve `day`, whole minutes after 00:00 UTC, rounded to the earlier minute. */
export function restStartUtc(day: Day, cityName: string | undefined): number {
  const city = cityOf(cityName);
  return Math.floor(eveningUtcMinutes(day, city.latitude, city.longitude, sunsetDegrees) - city.candleMinutes);
}

/** End of rest on the evening of `day`, whole minutes after 00:00 UTC, rounded to the later minute. */
export function restEndUtc(day: Day, cityName: string | undefined): number {
  const city = cityOf(cityName);
  return Math.ceil(eveningUtcMinutes(day, city.latitude, city.longitude, starsDegrees));
}

/** First and last day of the named feasts in the Hebrew year, by id. */
const feastsOfYear = byYear((hebrewYear) => {
  const found = new Map<string, { first: Day; last: Day; name: string }>();
  for (const { id, name, monthCode, day, days, moved } of feasts) {
    const computed = hebrewDay(hebrewYear, monthCode, day);
    if (computed === null) continue;
    const first = moved ? moved(computed) : computed;
    found.set(id, { first, last: first + days - 1, name });
  }
  return found;
});

/** The feast `id` that is running on `today` or comes next; null for an id that is not in the table. */
export function nextFeast(id: string, today: Day): { first: Day; last: Day; name: string } | null {
  const year = hebrewYearFromAutumn(civilOf(today).year) - 1;
  for (let y = year; y <= year + 2; y++) {
    const found = feastsOfYear(y).get(id);
    if (found && found.last >= today) return found;
  }
  return null;
}

/** The next date of the Hebrew calendar: day `dayOfMonth` of the month, on `today` or later. */
export function nextHebrewDate(monthCode: string, dayOfMonth: number, today: Day): Day | null {
  const year = hebrewYearFromAutumn(civilOf(today).year) - 1;
  for (let y = year; y <= year + 4; y++) {
    const day = hebrewDay(y, monthCode, dayOfMonth) ?? (monthCode === "M05L" ? hebrewDay(y, "M06", dayOfMonth) : null);
    if (day !== null && day >= today) return day;
  }
  return null;
}
