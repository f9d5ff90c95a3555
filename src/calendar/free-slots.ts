import { LocalDay } from "./local-day.ts";
import type { BusyRange, CalendarRules, FreeSlot, ResourceHours, RestCalendar } from "./rules.ts";
import { workingWindows } from "./windows.ts";

const minuteMs = 60_000;

export interface AvailabilityInput {
  rules: CalendarRules;
  resources: readonly ResourceHours[];
  /** Per resource, sorted by start: meetings and live holds with their buffers. */
  busy: ReadonlyMap<string, readonly BusyRange[]>;
  rest: RestCalendar;
  now: Temporal.Instant;
  /** First and last local date wanted, both included; cut to today .. horizon. */
  from: Temporal.PlainDate;
  to: Temporal.PlainDate;
  /** Default: the length in the rules. */
  meetingMinutes?: number;
}

/**
 * Every start at which a meeting fits, sorted by time and then by the order of `resources`. A meeting lies wholly in
 * working hours, which may go on past midnight (until 24:00, and from 00:00 the next day); its buffers need not, but may not touch another meeting or that one's own buffers (they stack).
 */
export function freeSlots(input: AvailabilityInput): FreeSlot[] {
  const { rules, now } = input;
  const today = now.toZonedDateTimeISO(rules.zone).toPlainDate();
  const last = earlier(input.to, today.add({ days: rules.horizonDays }));
  const earliestMs = now.epochMilliseconds + rules.minNoticeMinutes * minuteMs;
  const cursors = input.resources.map((resource) => new BusyCursor(input.busy.get(resource.resourceId) ?? []));
  const slots: FreeSlot[] = [];
  for (let date = later(input.from, today); Temporal.PlainDate.compare(date, last) <= 0; date = date.add({ days: 1 })) {
    const day = new LocalDay(date, rules.zone);
    const daySlots: FreeSlot[] = [];
    input.resources.forEach((resource, index) => {
      addDay(daySlots, input, day, resource, cursors[index] as BusyCursor, earliestMs);
    });
    daySlots.sort((a, b) => a.startMs - b.startMs); // stable: resources keep their order within a start
    for (const slot of daySlots) slots.push(slot);
  }
  return slots;
}

function addDay(
  into: FreeSlot[],
  input: AvailabilityInput,
  day: LocalDay,
  resource: ResourceHours,
  cursor: BusyCursor,
  earliestMs: number,
): void {
  const { rules } = input;
  const lengthMs = (input.meetingMinutes ?? rules.meetingMinutes) * minuteMs;
  const beforeMs = rules.bufferBeforeMinutes * minuteMs;
  const afterMs = rules.bufferAfterMinutes * minuteMs;
  for (const window of workingWindows(resource, day.date, input.rest)) {
    const closesMs = closingMs(input, day, resource, window.toMinute);
    for (let minute = window.fromMinute; minute < window.toMinute; minute += rules.stepMinutes) {
      const startMs = day.instantMs(minute);
      if (startMs === null || startMs < earliestMs) continue;
      if (startMs + lengthMs > closesMs) break;
      if (cursor.isFree(startMs - beforeMs, startMs + lengthMs + afterMs))
        into.push({ resourceId: resource.resourceId, startMs, endMs: startMs + lengthMs });
    }
  }
}

const midnight = 1_440;

/** Closing time in epoch ms: hours that begin where the day ends go on with the next day's. */
function closingMs({ rest }: AvailabilityInput, day: LocalDay, resource: ResourceHours, toMinute: number): number {
  const next = toMinute < midnight ? null : new LocalDay(day.date.add({ days: 1 }), day.zone);
  const first = next && workingWindows(resource, next.date, rest)[0];
  return next && first?.fromMinute === 0 ? windowEndMs(next, first.toMinute) : windowEndMs(day, toMinute);
}

/** The end of a window of this day in epoch ms; one that the clock skips is the instant of the skip (the next minute that exists). */
function windowEndMs(day: LocalDay, toMinute: number): number {
  for (let minute = toMinute; ; minute++) {
    const instant = day.instantMs(minute);
    if (instant !== null) return instant;
  }
}

/** Walks sorted busy ranges once while the questions move forward in time. */
class BusyCursor {
  readonly #ranges: readonly BusyRange[];
  #next = 0;

  constructor(ranges: readonly BusyRange[]) {
    this.#ranges = ranges;
  }

  /** True when nothing overlaps [startMs, endMs). `startMs` never goes back between calls. */
  isFree(startMs: number, endMs: number): boolean {
    let range = this.#ranges[this.#next];
    while (range !== undefined && range.endMs <= startMs) range = this.#ranges[++this.#next];
    return range === undefined || range.startMs >= endMs;
  }
}

const earlier = (a: Temporal.PlainDate, b: Temporal.PlainDate): Temporal.PlainDate =>
  Temporal.PlainDate.compare(a, b) <= 0 ? a : b;
const later = (a: Temporal.PlainDate, b: Temporal.PlainDate): Temporal.PlainDate =>
  Temporal.PlainDate.compare(a, b) >= 0 ? a : b;
