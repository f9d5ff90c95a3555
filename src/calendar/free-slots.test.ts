import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type AvailabilityInput, freeSlots } from "./free-slots.ts";
import { type BusyRange, defaultRules, type ResourceHours, type RestWindow, type WeeklyWindow } from "./rules.ts";

const zone = "Asia/Jerusalem";
const date = (text: string): Temporal.PlainDate => Temporal.PlainDate.from(text);
const at = (local: string): Temporal.Instant => Temporal.PlainDateTime.from(local).toZonedDateTime(zone).toInstant();
const ms = (local: string): number => at(local).epochMilliseconds;
const local = (epochMs: number): string =>
  Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(zone).toPlainDateTime().toString({
    smallestUnit: "minute",
  });
const hour = (value: number): number => value * 60;
const daily = (from: number, to: number): WeeklyWindow[] =>
  [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, fromMinute: hour(from), toMinute: hour(to) }));
const dana: ResourceHours = { resourceId: "dana", weekly: daily(9, 12), exceptions: new Map() };
const bar: ResourceHours = { resourceId: "bar", weekly: [...daily(22, 24), ...daily(0, 2)], exceptions: new Map() };
const closedAfter: ResourceHours = { ...bar, exceptions: new Map([["2026-11-26", []]]) };

interface Case {
  rules?: Partial<typeof defaultRules>;
  resources?: ResourceHours[];
  busy?: Record<string, [string, string][]>;
  rest?: Record<string, RestWindow[]>;
  now?: string;
  from?: string;
  to?: string;
  meetingMinutes?: number;
}

function run(input: Case): string[] {
  const busy = Object.entries(input.busy ?? {}).map(([resource, ranges]): [string, BusyRange[]] => [
    resource,
    ranges.map(([start, end]) => ({ startMs: ms(start), endMs: ms(end) })),
  ]);
  const from = input.from ?? "2026-11-25";
  const query: AvailabilityInput = {
    rules: { ...defaultRules, ...input.rules },
    resources: input.resources ?? [dana],
    busy: new Map(busy),
    rest: (day) => input.rest?.[day.toString()] ?? [],
    now: at(input.now ?? "2026-11-24T10:15"),
    from: date(from),
    to: date(input.to ?? from),
    ...(input.meetingMinutes === undefined ? {} : { meetingMinutes: input.meetingMinutes }),
  };
  return freeSlots(query).map((slot) => `${local(slot.startMs)} ${slot.resourceId}`);
}
const times = (input: Case): string =>
  run(input)
    .map((slot) => slot.slice(11, 16))
    .join(" ");

describe("the rules of a free slot", () => {
  const rules: [rule: string, Case, expected: string][] = [
    ["every step inside working hours", {}, "09:00 09:30 10:00 10:30 11:00 11:30"],
    [
      "a bar's hours go on past midnight",
      { resources: [bar], meetingMinutes: 90, rules: { stepMinutes: 60 }, from: "2026-11-25", to: "2026-11-26" },
      "00:00 22:00 23:00 00:00 22:00 23:00",
    ],
    [
      "and end at midnight where the next day is closed",
      { resources: [closedAfter], meetingMinutes: 90, rules: { stepMinutes: 30 } },
      "00:00 00:30 22:00 22:30",
    ],
    [
      "or where it rests from midnight on",
      {
        resources: [bar],
        meetingMinutes: 90,
        rest: { "2026-11-26": [{ fromMinute: 0, toMinute: hour(24), why: "חג" }] },
      },
      "00:00 00:30 22:00 22:30",
    ],
    ["a meeting ends by closing time", { meetingMinutes: 60 }, "09:00 09:30 10:00 10:30 11:00"],
    [
      "a meeting is not offered twice",
      { busy: { dana: [["2026-11-25T10:00", "2026-11-25T10:30"]] } },
      "09:00 09:30 10:30 11:00 11:30",
    ],
    [
      "buffers keep their distance from a neighbour",
      { rules: { bufferAfterMinutes: 15 }, busy: { dana: [["2026-11-25T10:00", "2026-11-25T10:30"]] } },
      "09:00 10:30 11:00 11:30",
    ],
    [
      "minimum notice counts from now",
      { now: "2026-11-25T09:20", rules: { minNoticeMinutes: 60 } },
      "10:30 11:00 11:30",
    ],
    ["nothing in the past", { from: "2026-11-20", to: "2026-11-23" }, ""],
    ["nothing beyond the horizon", { rules: { horizonDays: 0 } }, ""],
    [
      "a date's own hours replace the week's",
      {
        resources: [{ ...dana, exceptions: new Map([["2026-11-25", [{ fromMinute: hour(14), toMinute: hour(15) }]]]) }],
      },
      "14:00 14:30",
    ],
    ["a closed date is closed", { resources: [{ ...dana, exceptions: new Map([["2026-11-25", []]]) }] }, ""],
    [
      "Friday ends when Shabbat comes in",
      { from: "2026-11-27", rest: { "2026-11-27": [{ fromMinute: hour(10) + 15, toMinute: 1440, why: "shabbat" }] } },
      "09:00 09:30",
    ],
    [
      "the owner may open a rest day by date",
      {
        from: "2026-11-28",
        rest: { "2026-11-28": [{ fromMinute: 0, toMinute: 1440, why: "shabbat" }] },
        resources: [{ ...dana, exceptions: new Map([["2026-11-28", [{ fromMinute: hour(20), toMinute: hour(21) }]]]) }],
      },
      "20:00 20:30",
    ],
    [
      "two people at one time are two slots",
      {
        resources: [dana, { ...dana, resourceId: "noam" }],
        busy: { dana: [["2026-11-25T09:00", "2026-11-25T11:30"]] },
      },
      "09:00 09:30 10:00 10:30 11:00 11:30 11:30",
    ],
  ];
  for (const [rule, input, expected] of rules) test(rule, () => expect(times(input)).toBe(expected));
});

describe("nights of the clock change", () => {
  const night: ResourceHours = { ...dana, weekly: daily(1, 4) };
  test("an hour that does not exist is not offered (27 March 2026, 02:00-03:00)", () => {
    expect(times({ resources: [night], from: "2026-03-27", now: "2026-03-25T08:00" })).toBe("01:00 01:30 03:00 03:30");
  });
  test("an hour that comes twice is offered once (25 October 2026, 01:00-02:00)", () => {
    expect(times({ resources: [night], from: "2026-10-25", now: "2026-10-20T08:00" })).toBe(
      "01:00 01:30 02:00 02:30 03:00 03:30",
    );
  });
  test("opening hours stay on the wall clock across the change", () => {
    const slots = run({ from: "2026-10-24", to: "2026-10-26", now: "2026-10-20T08:00", meetingMinutes: 180 });
    expect(slots).toEqual(["2026-10-24T09:00 dana", "2026-10-25T09:00 dana", "2026-10-26T09:00 dana"]);
  });
});

test("no slot touches anything busy, whatever the calendar looks like", () => {
  const minutes = fc.integer({ min: 0, max: 4 * 1440 });
  const ranges = fc.array(fc.tuple(minutes, fc.integer({ min: 5, max: 240 })), { maxLength: 12 });
  fc.assert(
    fc.property(ranges, fc.integer({ min: 5, max: 90 }), fc.integer({ min: 0, max: 45 }), (raw, step, buffer) => {
      const base = ms("2026-11-25T00:00");
      const busy: BusyRange[] = [];
      for (const [start, length] of raw.toSorted((a, b) => a[0] - b[0])) {
        const startMs = Math.max(base + start * 60_000, busy.at(-1)?.endMs ?? 0);
        busy.push({ startMs, endMs: startMs + length * 60_000 });
      }
      const slots = freeSlots({
        rules: { ...defaultRules, stepMinutes: step, bufferBeforeMinutes: buffer, bufferAfterMinutes: buffer },
        resources: [dana],
        busy: new Map([["dana", busy]]),
        rest: () => [],
        now: at("2026-11-24T10:00"),
        from: date("2026-11-25"),
        to: date("2026-11-28"),
      });
      const margin = buffer * 60_000;
      for (const slot of slots)
        for (const range of busy)
          expect(slot.endMs + margin <= range.startMs || slot.startMs - margin >= range.endMs).toBe(true);
    }),
  );
});
