import { civilOf, type Day, monthStart, validDay, weekdayOf } from "./civil.ts";
import { nextHebrewDate } from "./holidays.ts";
import { readNumber } from "./numbers.ts";
import { type DateFact, dateFact, type Now, type Problem, type Scan } from "./scan.ts";
import type { Token } from "./tokens.ts";

/** Days that a day and month without or with a year can mean; a date that has passed rolls to the next year. */
export function resolveDate(
  now: Now,
  day: number,
  month: number,
  year: number | null,
  weekday: number | null = null,
): { days: Day[]; problem: Problem | null } {
  if (year !== null) {
    const exact = validDay(year, month, day);
    if (exact === null) return { days: [], problem: "impossible" };
    return weekday !== null && weekdayOf(exact) !== weekday
      ? mismatch(now, exact, weekday)
      : { days: [exact], problem: null };
  }
  const thisYear = civilOf(now.day).year;
  let next: Day | null = null;
  for (let y = thisYear; y <= thisYear + 8 && next === null; y++) {
    const candidate = validDay(y, month, day);
    if (candidate !== null && candidate >= now.day) next = candidate;
  }
  if (next === null) return { days: [], problem: "impossible" };
  if (weekday === null || weekdayOf(next) === weekday) return { days: [next], problem: null };
  const last = validDay(thisYear, month, day);
  // The weekday proves that a date of the last two weeks is meant: "Sunday the 10th", said on the 12th.
  if (last !== null && last < now.day && now.day - last <= 14 && weekdayOf(last) === weekday) {
    return { days: [last], problem: null };
  }
  return mismatch(now, next, weekday);
}

const mismatch = (now: Now, day: Day, weekday: number): { days: Day[]; problem: Problem } => ({
  days: [day, now.day + ((weekday - now.weekday + 6) % 7) + 1],
  problem: "mismatch",
});

/** The next day that is the `day`-th of its month, on or after today; with a weekday, within two months or a question. */
export function nextDayOfMonth(
  now: Now,
  day: number,
  weekday: number | null = null,
  monthsAhead = 0,
): { days: Day[]; problem: Problem | null } {
  let next: Day | null = null;
  for (let ahead = monthsAhead; ahead <= monthsAhead + 2; ahead++) {
    const { year, month } = civilOf(monthStart(now.day, ahead));
    const candidate = validDay(year, month, day);
    if (candidate === null || candidate < now.day) continue;
    if (weekday === null || weekdayOf(candidate) === weekday) return { days: [candidate], problem: null };
    next ??= candidate;
  }
  return next === null || weekday === null ? { days: [], problem: "impossible" } : mismatch(now, next, weekday);
}

/** A day of the month as it can be written: 15, ה-15, חמישה עשר, הראשון. */
function readDayOfMonth(
  tokens: readonly Token[],
  at: number,
): { day: number; next: number; ordinal: boolean; digits: boolean } | null {
  const token = tokens[at];
  if (!token) return null;
  const { ordinal, feminine, number } = token.entry;
  const ninth = (tokens[at + 1]?.entry.ordinal ?? 0) > 6 && tokens[at + 1]!.prefix === "ל"; // "שני לתשיעי" can be no weekday
  if (ordinal !== undefined && !feminine && (number === undefined || token.prefix !== "" || ninth)) {
    return { day: ordinal, next: at + 1, ordinal: true, digits: false };
  }
  if (token.letters > 0 && tokens[at + 1]?.entry.month !== undefined) {
    return { day: token.letters, next: at + 1, ordinal: false, digits: false }; // כ"ט בנובמבר
  }
  const span = readNumber(tokens, at);
  if (span && Number.isInteger(span.value) && span.value >= 1 && span.value <= 99) {
    return { day: span.value, next: span.next, ordinal: false, digits: span.digits };
  }
  return ordinal === undefined ? null : { day: ordinal, next: at + 1, ordinal: true, digits: false };
}

function readYear(tokens: readonly Token[], at: number): { year: number; next: number } | null {
  const i = tokens[at]?.mark === "," ? at + 1 : at;
  const { digits, prefix } = tokens[i] ?? {};
  if (digits?.shape !== "int" || digits.value < 1900 || digits.value > 2100) return null;
  return prefix === "" || prefix === "ב" ? { year: digits.value, next: i + 1 } : null;
}

type Found = { day: number; month: number; year: number | null; next: number };

/** Reads a date of the calendar at `at`; `weekday` is the day's name when it was said before. */
export function readCalendarDate(scan: Scan, at: number, weekday: number | null = null): DateFact | null {
  const { tokens, now } = scan;
  const token = tokens[at];
  if (!token || token.mark !== "") return null;
  const fact = (next: number, found: { days: Day[]; problem: Problem | null }): DateFact =>
    dateFact(at, next, { ...found, weekday, prefix: token.prefix });
  const hebrew = readHebrewDate(scan, at);
  if (hebrew) return hebrew;
  const numeric = readNumeric(tokens, at);
  if (numeric === "month-first") return fact(at + 1, { days: [], problem: "impossible" });
  const found = numeric ?? readDayThenMonth(tokens, at, scan.moving) ?? readMonthThenDay(tokens, at);
  if (found) return fact(found.next, resolveDate(now, found.day, found.month, found.year, weekday));
  return readDayAlone(scan, at, weekday);
}

function readNumeric(tokens: readonly Token[], at: number): Found | "month-first" | null {
  const { digits } = tokens[at]!;
  if (digits?.shape === "date") {
    if (digits.monthFirst) return "month-first";
    return { day: digits.day, month: digits.month, year: digits.year, next: at + 1 };
  }
  if (digits?.shape !== "dotted" || digits.left < 1 || digits.left > 31 || digits.right < 1 || digits.right > 12)
    return null;
  const after = tokens[at + 1];
  const before = tokens[at - 1];
  if (after?.entry.countable || after?.entry.scale || after?.mark === "$") return null;
  if (after?.entry.unit && after.prefix === "" && !readNumber(tokens, at + 2) && !tokens[at + 2]?.digits) return null;
  if (before?.entry.label || before?.entry.tag === "hour-word" || before?.mark === "$") return null;
  return { day: digits.left, month: digits.right, year: null, next: at + 1 };
}

/** "15 בפברואר", "ה-3 למרץ 2015", "הראשון למרץ", "החמישי לשני", "20 לדצמבר". */
function readDayThenMonth(tokens: readonly Token[], at: number, moving: boolean): Found | null {
  const day = readDayOfMonth(tokens, at);
  if (!day) return null;
  const month = tokens[day.next];
  if (!month) return null;
  const { prefix, entry } = month;
  if (entry.month !== undefined && (prefix === "" || prefix === "ב" || prefix === "ל" || prefix === "של")) {
    const year = readYear(tokens, day.next + 1);
    return { day: day.day, month: entry.month, year: year?.year ?? null, next: year?.next ?? day.next + 1 };
  }
  if (!prefix.endsWith("ל") || prefix.length > 1) return null;
  const named = day.ordinal && /^מ?$/.test(tokens[at]!.prefix);
  if (moving && named) return null; // "להזיז את חמישי לראשון": from Thursday to Sunday
  if (day.ordinal && (entry.ordinal ?? 7) <= 6 && describes(tokens[at - 1], tokens[at]!)) return null; // "טיפול ראשון לרביעי"
  const article = tokens[at]!.prefix.includes("ה") || day.ordinal;
  if (
    entry.ordinal !== undefined &&
    !entry.feminine &&
    (article || day.digits || day.day > 10 || tokens[at]!.entry.gender === "m")
  ) {
    return withYear(tokens, day.day, entry.ordinal, day.next + 1);
  }
  const number = article ? readNumber(tokens, day.next) : null;
  if (number && (number.value === 11 || number.value === 12 || (number.digits && number.value <= 12))) {
    return withYear(tokens, day.day, number.value, number.next);
  }
  return null;
}

/** An ordinal right behind a thing ("טיפול ראשון") may count it. */
export const describes = (thing: Token | undefined, { prefix }: Token): boolean =>
  thing !== undefined &&
  thing.mark === "" &&
  prefix === "" &&
  (!thing.known || /^(?:תור|פגישה|ייעוצ|שיחה|ביקור)$/.test(thing.text));

function withYear(tokens: readonly Token[], day: number, month: number, next: number): Found {
  const year = readYear(tokens, next);
  return { day, month, year: year?.year ?? null, next: year?.next ?? next };
}

/** "במרץ 3", "אפריל 14, 2015". */
function readMonthThenDay(tokens: readonly Token[], at: number): Found | null {
  const { month } = tokens[at]!.entry;
  const digits = tokens[at + 1]?.digits;
  if (month === undefined || digits?.shape !== "int" || digits.value > 31 || digits.value < 1) return null;
  if (tokens[at + 1]!.prefix !== "" && tokens[at + 1]!.prefix !== "ה") return null;
  return withYear(tokens, digits.value, month, at + 2);
}

/** "ה-15", "ב15 לחודש", "חמש עשרה לחודש", "ה-28 בחודש הבא", "השמונה עשר" after a weekday. */
function readDayAlone(scan: Scan, at: number, weekday: number | null): DateFact | null {
  const { tokens, now } = scan;
  const day = readDayOfMonth(tokens, at);
  if (!day || day.day > 39) return null; // "45 לחודש" is rather a price
  const { prefix } = tokens[at]!;
  const month = tokens[day.next];
  const ofMonth = month?.entry.unit === "month" && month.entry.count === 1 && ["ל", "ב", "ה"].includes(month.prefix);
  if (ofMonth) {
    const modifier = tokens[day.next + 1]?.entry.tag;
    const ahead = modifier === "next" ? 1 : 0;
    const next = modifier === "next" || modifier === "this" || modifier === "coming" ? day.next + 2 : day.next + 1;
    return dateFact(at, next, { ...nextDayOfMonth(now, day.day, weekday, ahead), weekday, prefix });
  }
  const nth = weekday !== null && day.ordinal && day.day > 7 && prefix === "ה"; // "יום רביעי, העשירי"
  if (nth) return dateFact(at, day.next, { ...nextDayOfMonth(now, day.day, weekday), weekday, prefix });
  if (day.day > 31 || day.ordinal || countsOn(tokens, day.next)) return null;
  const article = prefix.endsWith("ה") && prefix.length <= 2;
  if (tokens[at - 1]?.entry.unit === "year") return null; // "בשנות השלושים"
  const masculine = tokens[at]!.entry.gender === "m" && day.day > 10 && prefix !== "";
  const weekdayName = tokens[at]!.entry.ordinal !== undefined; // "שני" is Monday before it is two
  const asked =
    scan.context.asked === "date" && (prefix === "" || prefix === "ב") && !weekdayName && !tokens[at - 1]?.entry.label;
  const before = prefix === "ב" && (day.day > 24 || (day.day > 12 && beginsHour(tokens[day.next])));
  const numbered = (day.digits && (article || before)) || asked;
  if (!numbered && !masculine && !(article && day.day > 10) && !(weekday !== null && article)) return null;
  if (
    scan.context.offered?.some(
      (slot) => Number(slot.slice(11, 13)) % 12 === day.day % 12 && weekday === null && day.day < 13,
    )
  )
    return null;
  return dateFact(at, day.next, { ...nextDayOfMonth(now, day.day, weekday), weekday, prefix });
}

/** "ב-13 בשעה ארבע": with an hour behind it the number is no hour. */
const beginsHour = (token: Token | undefined): boolean =>
  token !== undefined &&
  token.prefix === "ב" &&
  (token.entry.tag === "hour-word" || token.digits !== null || token.entry.number !== undefined);

/** The number counts what follows: rooms, shekels, hours. */
const countsOn = (tokens: readonly Token[], at: number): boolean => {
  const token = tokens[at];
  if (!token) return false;
  const { countable, scale, unit } = token.entry;
  return countable === true || scale !== undefined || (unit !== undefined && token.prefix === "") || token.mark === "$";
};

/** "י״ד בניסן", "ט״ו בשבט", "14 בניסן". */
function readHebrewDate({ tokens, now }: Scan, at: number): DateFact | null {
  const token = tokens[at]!;
  const number = token.letters > 0 ? { value: token.letters, next: at + 1 } : readNumber(tokens, at);
  const month = number && tokens[number.next];
  if (!number || !month?.entry.hebrewMonth || number.value < 1 || number.value > 30) return null;
  if (!["", "ב", "ל", "ה"].includes(month.prefix)) return null;
  const day = nextHebrewDate(month.entry.hebrewMonth, number.value, now.day);
  const next = tokens[number.next + 1]?.letters ? number.next + 2 : number.next + 1;
  return dateFact(at, next, day === null ? { problem: "impossible" } : { days: [day], prefix: token.prefix });
}
