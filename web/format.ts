import { now, shownNow } from "./clock.ts";
import { noonOf } from "./dates.ts";
import { language } from "./language.ts";
import { zone } from "./session.ts";
import { timeWords } from "./strings/time.he.ts";

const formats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const locale = language.value === "en" ? "en-IL" : "he-IL";
  const key = `${locale} ${zone.value} ${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(locale, { timeZone: zone.value, ...options });
  formats.set(key, made);
  return made;
}

const at = (instant: string | Date): Date => (typeof instant === "string" ? new Date(instant) : instant);

/** `14:32` in the business's zone. */
export const clockTime = (instant: string | Date): string =>
  dateFormat({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at(instant));

/** `27 בנובמבר`, with the year when it is another one. */
export function dayName(instant: string | Date): string {
  const sameYear =
    dateFormat({ year: "numeric" }).format(at(instant)) === dateFormat({ year: "numeric" }).format(now());
  return dateFormat({ day: "numeric", month: "long", ...(sameYear ? {} : { year: "numeric" }) }).format(at(instant));
}

/** `יום שישי`. */
export const weekday = (instant: string | Date): string => dateFormat({ weekday: "long" }).format(at(instant));

const ofDate = (options: Intl.DateTimeFormatOptions, date: string): string =>
  dateFormat({ ...options, timeZone: "UTC" }).format(noonOf(date));

/** `יום שני, 7 בדצמבר`: of a calendar date, whatever the zone. */
export const dateName = (date: string): string => ofDate({ weekday: "long", day: "numeric", month: "long" }, date);

/** `29 בנובמבר – 5 בדצמבר`. */
export const dateSpan = (from: string, to: string): string =>
  [from, to].map((date) => ofDate({ day: "numeric", month: "long" }, date)).join(" – ");

/** Name of an ISO weekday, Monday 1 .. Sunday 7. */
export const weekdayName = (iso: number): string =>
  ofDate({ weekday: "long" }, `2026-11-${String(22 + (iso % 7)).padStart(2, "0")}`); // the 22nd was a Sunday

/** `יום ב׳`. */
export const shortDay = (date: string): string => ofDate({ weekday: "short" }, date);

/** `דצמבר 2026`. */
export const monthName = (date: string): string => ofDate({ month: "long", year: "numeric" }, date);

/** `2026-11-27`, the day in the business's zone. */
export function dayKey(instant: string | Date): string {
  const parts = dateFormat({ year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(at(instant));
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}`;
}

const dayMs = 86_400_000;

/** Days from today to that day, by the business's calendar: 0 today, 1 tomorrow, -1 yesterday. */
export const daysAway = (instant: string | Date): number =>
  Math.round((Date.parse(dayKey(instant)) - Date.parse(dayKey(shownNow()))) / dayMs);

/** `היום`, `מחר`, `יום שלישי`, `27 בנובמבר`. */
export function nearDay(instant: string | Date): string {
  const t = timeWords();
  const days = daysAway(instant);
  if (days === 0) return t.today;
  if (days === 1) return t.tomorrow;
  if (days === -1) return t.yesterday;
  return days > 1 && days < 7 ? weekday(instant) : dayName(instant);
}

/** `מחר 16:30`. */
export const nearTime = (instant: string | Date): string => `${nearDay(instant)} ${clockTime(instant)}`;

/** `לפני 12 דקות`; from a day on the day itself. */
export function ago(instant: string | Date): string {
  const t = timeWords();
  const minutes = Math.floor((shownNow().getTime() - at(instant).getTime()) / 60_000);
  if (minutes < 1) return t.now;
  if (minutes < 60) return t.minutesAgo(minutes);
  if (minutes < 24 * 60 && daysAway(instant) === 0) return t.hoursAgo(Math.floor(minutes / 60));
  return daysAway(instant) > -7 && daysAway(instant) < -1 ? weekday(instant) : nearDay(instant);
}

/** `0:50`, `1:02:03`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const tail = String(seconds % 60).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${tail}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${tail}`;
}

const numberFormats: { he?: Intl.NumberFormat; en?: Intl.NumberFormat } = {};

/** Whole numbers with their thousands separated. */
export function number(value: number): string {
  numberFormats[language.value] ??= new Intl.NumberFormat(`${language.value}-IL`);
  return numberFormats[language.value]!.format(value);
}

/** Agorot as shekels, `₪12.50`: one word, so that its sign stands left of the figure in lines of either direction. */
export const money = (agorot: number): string =>
  new Intl.NumberFormat("en-IL", { style: "currency", currency: "ILS" }).format(agorot / 100);

/** E.164 as people of the country write it: `052-431-0022`; numbers of elsewhere keep their `+`. */
export function phoneText(e164: string): string {
  const local = /^\+972(\d{8,9})$/.exec(e164)?.[1];
  if (local === undefined) return e164;
  return local.length === 9
    ? `0${local.slice(0, 2)}-${local.slice(2, 5)}-${local.slice(5)}`
    : `0${local.slice(0, 1)}-${local.slice(1, 4)}-${local.slice(4)}`;
}

/** `420 KB`, `1.2 MB`. */
export const fileSize = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1_000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
