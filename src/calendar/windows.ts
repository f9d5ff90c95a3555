import type { MinuteWindow, ResourceHours, RestCalendar } from "./rules.ts";

/**
 * When a resource works on a local date: its weekly hours without the rest of Shabbat and holidays, or, when the
 * owner set hours for that very date, exactly those (that is how a rest day is overridden). Sorted, not overlapping.
 */
export function workingWindows(hours: ResourceHours, date: Temporal.PlainDate, rest: RestCalendar): MinuteWindow[] {
  const exception = hours.exceptions.get(date.toString());
  if (exception !== undefined) return joined(exception);
  const weekly = joined(hours.weekly.filter((window) => window.weekday === date.dayOfWeek));
  return weekly.length === 0 ? [] : withoutWindows(weekly, rest(date));
}

/** Sorted windows with overlapping and touching ones made one. */
function joined(windows: readonly MinuteWindow[]): MinuteWindow[] {
  const sorted = windows
    .filter((window) => window.fromMinute < window.toMinute)
    .toSorted((a, b) => a.fromMinute - b.fromMinute);
  const result: MinuteWindow[] = [];
  for (const { fromMinute, toMinute } of sorted) {
    const last = result.at(-1);
    if (last && fromMinute <= last.toMinute) last.toMinute = Math.max(last.toMinute, toMinute);
    else result.push({ fromMinute, toMinute });
  }
  return result;
}

/** `windows` minus every window of `removed`. */
function withoutWindows(windows: MinuteWindow[], removed: readonly MinuteWindow[]): MinuteWindow[] {
  let left = windows;
  for (const hole of removed)
    left = left.flatMap(({ fromMinute, toMinute }) =>
      [
        { fromMinute, toMinute: Math.min(toMinute, hole.fromMinute) },
        { fromMinute: Math.max(fromMinute, hole.toMinute), toMinute },
      ].filter((part) => part.fromMinute < part.toMinute),
    );
  return left;
}
