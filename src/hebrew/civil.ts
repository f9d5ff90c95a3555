/** A calendar day as the number of days since 1970-01-01; plain integers keep the resolver off the allocator. */
export type Day = number;

export interface Civil {
  year: number;
  month: number;
  day: number;
}

/** Day number of a proleptic Gregorian date (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
export function dayOf(year: number, month: number, day: number): Day {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  );
}

/** Inverse of `dayOf`. */
export function civilOf(day: Day): Civil {
  const z = day + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 };
}

/** 0 = Sunday, as the Israeli week begins. */
export const weekdayOf = (day: Day): number => (((day + 4) % 7) + 7) % 7;

/** Sunday of the week that holds `day`. */
export const weekOf = (day: Day): Day => day - weekdayOf(day);

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Day number, or null when the calendar has no such date (31 February). */
export function validDay(year: number, month: number, day: number): Day | null {
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  return dayOf(year, month, day);
}

/** Same day of the month `months` later, held at the month's last day (31 January + 1 month = 28 February). */
export function addMonths(day: Day, months: number): Day {
  const { year, month, day: dayOfMonth } = civilOf(day);
  const index = year * 12 + (month - 1) + months;
  const [y, m] = [Math.floor(index / 12), (((index % 12) + 12) % 12) + 1];
  return dayOf(y, m, Math.min(dayOfMonth, daysInMonth(y, m)));
}

/** First day of the month `months` after the month that holds `day`. */
export function monthStart(day: Day, months = 0): Day {
  const { year, month } = civilOf(day);
  return addMonths(dayOf(year, month, 1), months);
}

const pad = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** `YYYY-MM-DD`. */
export function isoDate(day: Day): string {
  const { year, month, day: dayOfMonth } = civilOf(day);
  return `${String(year).padStart(4, "0")}-${pad(month)}-${pad(dayOfMonth)}`;
}

/** `HH:MM` of minutes since midnight. */
export const isoTime = (minute: number): string => `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;

/** Local wall time `YYYY-MM-DDTHH:MM`; minutes outside 0..1439 carry into the neighbouring day. */
export function isoLocal(day: Day, minute: number): string {
  const carry = Math.floor(minute / 1440);
  return `${isoDate(day + carry)}T${isoTime(minute - carry * 1440)}`;
}

/** Day number of `YYYY-MM-DD…`, or null when it is not a date. */
export function parseIsoDate(text: string): Day | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})/.exec(text);
  return match ? validDay(Number(match[1]), Number(match[2]), Number(match[3])) : null;
}

/** Minutes since midnight of `HH:MM…`, or null. */
export function parseIsoTime(text: string): number | null {
  const match = /^(\d{1,2}):(\d{2})/.exec(text);
  if (!match) return null;
  const [hour, minute] = [Number(match[1]), Number(match[2])];
  return hour <= 23 && minute <= 59 ? hour * 60 + minute : null;
}

/** Day and minute of `YYYY-MM-DDTHH:MM…` (an offset after it is ignored: the wall clock counts), or null. */
export function parseIsoLocal(text: string): { day: Day; minute: number } | null {
  const day = parseIsoDate(text);
  const minute = parseIsoTime(text.slice(11));
  return day === null || minute === null || !/[T ]/.test(text[10] ?? "") ? null : { day, minute };
}
