import { addMonths, type Day, weekOf } from "./civil.ts";
import { type Duration, durationMinutes, readDuration } from "./durations.ts";
import { readNumber } from "./numbers.ts";
import { type DateFact, dateFact, type Now, type Scan } from "./scan.ts";
import { contextDay } from "./timed.ts";
import type { Token } from "./tokens.ts";
import { readWeekday } from "./weekdays.ts";

/** "היום", "מחר", "הערב", "הלילה", "עכשיו", "בעוד שבועיים", "עוד שעה וחצי", "לפני יומיים", "שבוע מהיום". */
export function readRelative(scan: Scan, at: number): DateFact | null {
  const { tokens, now } = scan;
  const token = tokens[at];
  if (!token || token.mark !== "") return null;
  const { tag, shift, part } = token.entry;
  if (tag === "now") {
    return token.prefix === "" ? dateFact(at, at + 1, { moment: moment(now, 0, "minute") }) : null;
  }
  const talkedOf = tag === "day-after" ? contextDay(scan.context) : null;
  if (talkedOf !== null) return dateFact(at, at + 1, { days: [talkedOf + 1] });
  if (shift !== undefined) return shifted(scan, at, shift, part ?? null, tag === "tonight");
  if (tag === "in") return inDuration(scan, at);
  if (tag === "ago") return ago(scan, at);
  const duration =
    token.entry.unit || token.entry.tag || token.entry.number || token.digits ? readDuration(tokens, at) : null;
  if (duration && tokens[duration.next]?.entry.tag === "from-now" && !scan.moving) {
    return ahead(scan, at, duration, duration.next + 1);
  }
  return null;
}

function shifted(scan: Scan, at: number, shift: number, part: DateFact["part"], night: boolean): DateFact {
  const { now, tokens } = scan;
  const base = { part, night, prefix: tokens[at]!.prefix };
  // After midnight "tomorrow" is either the day that has begun or the next calendar day: asked about.
  if (shift > 0 && now.small)
    return dateFact(at, at + 1, { ...base, days: [now.day + shift, now.day + shift - 1], problem: "midnight" });
  const day = night && now.small ? now.day - 1 : now.day + shift;
  return dateFact(at, at + 1, { ...base, days: [day] });
}

/** "בעוד שעתיים", "עוד שבוע ביום שלישי". "עוד שני חדרים" has no unit of time and is left alone. */
function inDuration(scan: Scan, at: number): DateFact | null {
  const { tokens } = scan;
  let i = at + 1;
  if (tokens[i]?.entry.tag === "about" || tokens[i]?.text === "איזה" || tokens[i]?.text === "כ") i++;
  // "יש עוד שעות?" asks for others and "עוד השבוע" is this week: neither counts anything.
  if (isBarePlural(tokens[i]) || (tokens[i]?.entry.unit && tokens[i]!.prefix === "ה")) return null;
  const duration = readDuration(tokens, i);
  if (!duration) return null;
  const first = ahead(scan, at, duration, duration.next);
  const within = tokens[at]!.text.endsWith("תוכ") && first.moment === null && first.weekday === null;
  const dash = tokens[duration.next];
  const linked = dash?.mark === "-" || dash?.entry.tag === "or";
  const after = linked ? duration.next + 1 : duration.next;
  const second =
    linked || dash?.prefix === "" ? (readDuration(tokens, after) ?? oneMore(tokens, after, duration)) : null;
  if (second?.unit !== duration.unit || second.count <= duration.count)
    return within ? { ...first, days: [], span: upTo(scan.now, first.days[0]!) } : first;
  // "עוד שעה-שעתיים": two readings, so it is asked.
  return {
    ...first,
    next: second.next,
    moment: null,
    days: [first.moment?.day ?? first.days[0]!],
    problem: "ambiguous",
  };
}

/** "תוך שבוע": any day until then. */
const upTo = ({ day }: Now, last: Day): DateFact["span"] => ({ first: day, last, grain: "day", shape: "open" });

/** "יומיים שלושה": the next number without its unit. */
function oneMore(tokens: readonly Token[], at: number, { unit, count, fraction }: Duration): Duration | null {
  const number = readNumber(tokens, at);
  return number?.value === count + 1 && !number.digits ? { unit, count: count + 1, fraction, next: number.next } : null;
}

const isBarePlural = (token: Token | undefined): boolean =>
  token?.entry.unit !== undefined && token.entry.count === 1 && /(?:י[םמ]|ות)$/.test(token.text);

function ahead(scan: Scan, at: number, duration: Duration, next: number): DateFact {
  const { now, tokens } = scan;
  const minutes = durationMinutes(duration);
  if (minutes !== null) return dateFact(at, next, { moment: moment(now, minutes, "minute") });
  if (duration.unit === "week" && duration.fraction === 0) {
    const named = readWeekday({ ...scan, now }, next);
    if (named && named.weekday !== null && named.span === null) {
      // "בעוד שבוע מיום שלישי" counts from Tuesday, "בעוד שבוע ביום שלישי" names the Tuesday of that week.
      const counted = named.prefix.endsWith("מ") ? named.days[0]! : weekOf(now.day) + named.weekday;
      return { ...named, at, days: [counted + duration.count * 7], problem: null, prefix: "" };
    }
  }
  return dateFact(at, next, { days: [shiftDay(now.day, duration, 1)], prefix: tokens[at]!.prefix });
}

/** "לפני שבעה ימים" counts back to this very hour; with longer units it names the day. */
function ago(scan: Scan, at: number): DateFact | null {
  const { now } = scan;
  const duration = readDuration(scan.tokens, at + 1);
  if (!duration) return null;
  const minutes = durationMinutes(duration);
  if (minutes !== null) return dateFact(at, duration.next, { moment: moment(now, -minutes, "minute") });
  const day = shiftDay(now.day, duration, -1);
  if (duration.unit !== "day") return dateFact(at, duration.next, { days: [day] });
  const hour = now.minute - (now.minute % 60);
  return dateFact(at, duration.next, { moment: { day, minute: hour, second: 0, grain: "hour", until: null } });
}

function shiftDay(day: Day, { unit, count, fraction }: Duration, sign: 1 | -1): Day {
  if (unit === "day") return day + sign * Math.round(count + fraction);
  if (unit === "week") return day + sign * Math.round((count + fraction) * 7);
  const months = unit === "month" ? count : count * 12;
  const extraDays = unit === "month" ? Math.round(fraction * 30) : 0;
  const extraMonths = unit === "year" ? Math.round(fraction * 12) : 0;
  return addMonths(day, sign * (months + extraMonths)) + sign * extraDays;
}

const moment = (now: Now, minutes: number, grain: "minute"): DateFact["moment"] => ({
  ...now.later(minutes),
  second: 0,
  grain,
  until: null,
});
