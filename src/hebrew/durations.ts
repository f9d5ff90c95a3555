import type { Unit } from "./lexicon.ts";
import { readNumber } from "./numbers.ts";
import type { Token } from "./tokens.ts";

/** A length of time: `count` of `unit`, plus minutes for "שעה וחצי" (or days for "שבוע וחצי"). */
export interface Duration {
  unit: Unit;
  count: number;
  /** Extra as a share of the unit: 0.5 for "וחצי". */
  fraction: number;
  next: number;
}

/** "שעה", "שעתיים", "רבע שעה", "חצי שעה", "שלושת רבעי שעה", "שלושה ימים", "45 דק'", "שעה וחצי", "שעה ועשר דקות". */
export function readDuration(tokens: readonly Token[], at: number): Duration | null {
  const first = tokens[at];
  if (!first) return null;
  const { tag } = first.entry;
  const head = tokens[at + 1];
  if (
    (tag === "quarter" || tag === "half" || tag === "three-quarters") &&
    head?.entry.unit &&
    head.prefix.length <= 1
  ) {
    const fraction = tag === "half" ? 0.5 : tag === "quarter" ? 0.25 : 0.75;
    return { unit: head.entry.unit, count: 0, fraction: fraction * (head.entry.count ?? 1), next: at + 2 };
  }
  if (first.entry.unit) return withFraction(tokens, first.entry.unit, first.entry.count ?? 1, at + 1);
  const number = readNumber(tokens, at);
  if (!number || number.value > 1000) return null;
  let { next, value } = number;
  const half = tokens[next];
  if (half?.entry.tag === "half" && half.prefix === "ו" && tokens[next + 1]?.entry.unit) {
    value += 0.5;
    next++;
  }
  const unit = tokens[next];
  if (!unit?.entry.unit || (unit.prefix !== "" && unit.prefix !== "ה")) return null;
  if (namesWeekday(tokens, next)) return null;
  const count = Math.floor(value * (unit.entry.count ?? 1));
  const base = withFraction(tokens, unit.entry.unit, count, next + 1);
  return { ...base, fraction: base.fraction + (value % 1) };
}

function withFraction(tokens: readonly Token[], unit: Unit, count: number, next: number): Duration {
  const plus = tokens[next];
  if (count === 1 && plus?.entry.number === 1 && plus.prefix === "" && !tokens[next + 1]?.entry.unit) {
    return withFraction(tokens, unit, count, next + 1); // "שעה אחת", "יום אחד"
  }
  if (plus?.prefix === "ו") {
    if (plus.entry.tag === "half" && !tokens[next + 1]?.entry.unit)
      return { unit, count, fraction: 0.5, next: next + 1 };
    if (plus.entry.tag === "quarter" && !tokens[next + 1]?.entry.unit)
      return { unit, count, fraction: 0.25, next: next + 1 };
    if (unit === "hour") {
      const more = readDuration(tokens, next);
      if (more?.unit === "minute") return { unit, count, fraction: more.count / 60, next: more.next };
      if (more?.unit === "hour" && more.count === 0) return { unit, count, fraction: more.fraction, next: more.next };
      const minutes = readNumber(tokens, next);
      if (minutes && minutes.value < 60 && minutes.value >= 5) {
        return { unit, count, fraction: minutes.value / 60, next: minutes.next };
      }
    }
  }
  return { unit, count, fraction: 0, next };
}

/** Minutes of a duration in minutes or hours, else null. */
export function durationMinutes({ unit, count, fraction }: Duration): number | null {
  if (unit === "minute") return Math.round(count + fraction);
  return unit === "hour" ? Math.round((count + fraction) * 60) : null;
}

/** "יום" followed by a day's name or letter: a weekday, not a length of time. */
export function namesWeekday(tokens: readonly Token[], at: number): boolean {
  const name = tokens[at + 1];
  if (tokens[at]?.entry.tag !== "day-word" || !name || (name.prefix !== "" && name.prefix !== "ה")) return false;
  const { ordinal, feminine, weekday } = name.entry;
  return (ordinal !== undefined && !feminine) || weekday !== undefined || name.letters > 0 || /^[א-ו]$/.test(name.text);
}
