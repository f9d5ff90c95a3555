import type { ReminderRules } from "./load.ts";
import { LocalDay } from "./local-day.ts";
import type { RestCalendar } from "./rules.ts";

const minuteMs = 60_000;
/** A reminder closer to the meeting than this helps nobody. */
const usefulMinutes = 30;

export interface ReminderTimesInput {
  startsAt: Temporal.Instant;
  rules: ReminderRules;
  rest: RestCalendar;
  zone: string;
  now: Temporal.Instant;
}

/**
 * When a meeting's reminders go out, ascending and each once. One that falls into quiet hours or rest moves to just
 * before them; if that has passed, to their end, if that is still useful; else it is left out. Never before now.
 */
export function reminderTimes(input: ReminderTimesInput): Temporal.Instant[] {
  const times = input.rules.beforeMinutes.flatMap((minutes) => {
    const wantedMs = input.startsAt.epochMilliseconds - minutes * minuteMs;
    if (wantedMs <= input.now.epochMilliseconds) return [];
    const allowed = allowedNear(wantedMs, input);
    return allowed === null ? [] : [allowed];
  });
  return [...new Set(times)].sort((a, b) => a - b).map((ms) => Temporal.Instant.fromEpochMilliseconds(ms));
}

/** True when nothing may be sent to a customer at this moment: quiet hours, Shabbat or a holiday. */
export function isQuiet(atMs: number, input: Omit<ReminderTimesInput, "startsAt" | "now">): boolean {
  const zoned = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(input.zone);
  const minute = zoned.hour * 60 + zoned.minute;
  const { quietFromMinute: from, quietToMinute: to } = input.rules;
  const quiet = from <= to ? minute >= from && minute < to : minute >= from || minute < to;
  return (
    quiet || input.rest(zoned.toPlainDate()).some((window) => minute >= window.fromMinute && minute < window.toMinute)
  );
}

/**
 * Until when a reminder that may go out now is of use: the meeting's beginning, but not into quiet hours, rest or the next
 * day (it says "tomorrow").
 */
export function reminderGoodUntil({ startsAt, rules, rest, zone, now }: ReminderTimesInput): Temporal.Instant {
  const zoned = now.toZonedDateTimeISO(zone);
  const minute = zoned.hour * 60 + zoned.minute;
  const isQuietEver = rules.quietFromMinute !== rules.quietToMinute;
  const ends = rest(zoned.toPlainDate()).map(({ fromMinute }) => fromMinute);
  if (isQuietEver) ends.push(rules.quietFromMinute);
  const end = Math.min(1_440, ...ends.filter((each) => each > minute));
  const endMs = new LocalDay(zoned.toPlainDate(), zone).instantMs(end);
  return endMs === null || endMs > startsAt.epochMilliseconds
    ? startsAt
    : Temporal.Instant.fromEpochMilliseconds(endMs);
}

function allowedNear(wantedMs: number, input: ReminderTimesInput): number | null {
  if (!isQuiet(wantedMs, input)) return wantedMs;
  const earlier = edge(wantedMs, -1, input);
  if (earlier !== null && earlier > input.now.epochMilliseconds) return earlier;
  const later = edge(wantedMs, 1, input);
  const latest = input.startsAt.epochMilliseconds - usefulMinutes * minuteMs;
  return later !== null && later <= latest ? later : null;
}

/** First moment before or after `fromMs`, in quarters of an hour, at which something may be sent; looks four days far. */
function edge(fromMs: number, direction: 1 | -1, input: ReminderTimesInput): number | null {
  const quarterMs = 15 * minuteMs;
  const firstMs = (direction === 1 ? Math.ceil(fromMs / quarterMs) : Math.floor(fromMs / quarterMs)) * quarterMs;
  for (let step = 0; step < 4 * 24 * 4; step++) {
    const atMs = firstMs + direction * step * quarterMs;
    if (!isQuiet(atMs, input)) return atMs;
  }
  return null;
}
