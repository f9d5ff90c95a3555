import { addMonths, type Day } from "./civil.ts";
import { type Duration, durationMinutes, readDuration } from "./durations.ts";
import { type DateFact, dateFact, type Scan } from "./scan.ts";
import { contextDay } from "./timed.ts";
import type { Token } from "./tokens.ts";

/** "שבוע אחרי פורים", "יום לפני ערב פסח", "שבוע מיום שלישי", and after an offer "יום אחרי", "למחרת". */
export function readOffset(scan: Scan, at: number, readDate: (at: number) => DateFact | null): DateFact | null {
  const { tokens } = scan;
  const token = tokens[at];
  if (token?.entry.tag === "day-after") {
    const before = readDate(at + 1);
    const last = before?.span?.last ?? before?.days[0];
    return !before || last === undefined ? null : dateFact(at, before.next, { days: [last + 1] }); // "למחרת פורים"
  }
  if (!token || !beginsDuration(token)) return null;
  const duration = readDuration(tokens, at);
  if (!duration) return null;
  const minutes = durationMinutes(duration);
  const link = tokens[duration.next];
  const { tag } = link?.entry ?? {};
  const sign =
    tag === "after" || tag === "later"
      ? 1
      : tag === "ago" || tag === "earlier"
        ? -1
        : /^מ/.test(link?.prefix ?? "")
          ? 1
          : 0;
  if (sign === 0) return null;
  const start = tag !== undefined && /^(?:after|ago|later|earlier)$/.test(tag) ? duration.next + 1 : duration.next;
  const anchor = readDate(start);
  if (minutes !== null) return anchor?.moment ? fromMoment(at, anchor, anchor.moment, sign * minutes) : null;
  if (anchor) {
    const day = sign > 0 ? (anchor.span?.last ?? anchor.days[0]) : (anchor.span?.first ?? anchor.days[0]);
    return day === undefined || anchor.problem !== null
      ? null
      : dateFact(at, anchor.next, { days: [moved(day, duration, sign)] });
  }
  const base = endsClause(tokens[start]) ? contextDay(scan.context) : null;
  return base === null ? null : dateFact(at, start, { days: [moved(base, duration, sign)] });
}

/** "שעה אחרי צאת שבת", "חצי שעה לפני כניסת שבת". */
function fromMoment(at: number, anchor: DateFact, from: NonNullable<DateFact["moment"]>, minutes: number): DateFact {
  const minute = from.minute + minutes;
  const carry = Math.floor(minute / 1440);
  const moment = { ...from, day: from.day + carry, minute: minute - carry * 1440, until: null };
  return dateFact(at, anchor.next, { moment });
}

const beginsDuration = ({ entry, digits }: Token): boolean =>
  entry.unit !== undefined || entry.number !== undefined || digits !== null || entry.tag === "half";

const endsClause = (token: Token | undefined): boolean =>
  token === undefined || token.mark !== "" || token.entry.filler === true || token.entry.tag === "same-hour";

function moved(day: Day, { unit, count, fraction }: Duration, sign: number): Day {
  if (unit === "day") return day + sign * Math.round(count + fraction);
  if (unit === "week") return day + sign * Math.round((count + fraction) * 7);
  return addMonths(day, sign * (unit === "month" ? count : count * 12));
}

/** "חצי שעה אחרי", "שעה קודם", "מאוחר יותר ברבע שעה": minutes from a slot that is known from the conversation. */
export function readSlotShift(tokens: readonly Token[]): number | null {
  for (const [i, token] of tokens.entries()) {
    if (!beginsDuration(token) && token.entry.tag !== "quarter" && token.entry.tag !== "three-quarters") continue;
    const duration = readDuration(tokens, i);
    const minutes = duration && durationMinutes(duration);
    if (!duration || minutes === null || minutes === 0) continue;
    if (/^(?:ה?מוקדמת|ה?מאוחרת|יותר מוקדמת|יותר מאוחרת)/.test(tokens[duration.next]?.text ?? "")) continue; // "שעה מוקדמת יותר": another hour
    const sign = shiftSign(tokens[duration.next], tokens[duration.next + 1]) || shiftSign(tokens[i - 1], undefined);
    if (sign !== 0) return sign * minutes;
  }
  return null;
}

function shiftSign(token: Token | undefined, after: Token | undefined): number {
  switch (token?.entry.tag) {
    case "later":
      return 1;
    case "earlier":
      return -1;
    case "after":
      return endsClause(after) ? 1 : 0;
    case "ago":
      return endsClause(after) ? -1 : 0;
    default:
      return 0;
  }
}
