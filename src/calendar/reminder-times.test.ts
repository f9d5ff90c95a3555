import { describe, expect, test } from "bun:test";
import { localTime } from "../base/local-time.ts";
import { reminderGoodUntil, reminderTimes } from "./reminder-times.ts";
import { createRestCalendars, noRest } from "./rest.ts";

const zone = "Asia/Jerusalem";
const at = (local: string): Temporal.Instant => Temporal.PlainDateTime.from(local).toZonedDateTime(zone).toInstant();
const telAviv = createRestCalendars()("Tel Aviv", zone);

describe("when a reminder goes out", () => {
  const rows: [rule: string, now: string, meeting: string, before: number[], expected: string[]][] = [
    [
      "as long before as the business says",
      "2026-11-22T10:00",
      "2026-11-25T12:00",
      [1440, 120],
      ["2026-11-24T12:00", "2026-11-25T10:00"],
    ],
    ["never in the past", "2026-11-25T09:00", "2026-11-25T12:00", [1440, 120], ["2026-11-25T10:00"]],
    [
      "the evening before instead of in the quiet night",
      "2026-11-22T10:00",
      "2026-11-25T09:00",
      [120],
      ["2026-11-24T20:45"],
    ],
    [
      "at the end of quiet hours when the evening has passed",
      "2026-11-25T06:00",
      "2026-11-25T09:00",
      [120],
      ["2026-11-25T08:00"],
    ],
    ["not at all when only the last minutes are left", "2026-11-25T06:00", "2026-11-25T08:15", [60], []],
    ["before Shabbat instead of on it", "2026-11-24T10:00", "2026-11-29T10:00", [1440], ["2026-11-27T16:15"]],
    ["two that fall together are one", "2026-11-22T10:00", "2026-11-25T09:00", [120, 180], ["2026-11-24T20:45"]],
    ["none when the business wants none", "2026-11-22T10:00", "2026-11-25T09:00", [], []],
  ];
  const quiet = { quietFromMinute: 21 * 60, quietToMinute: 8 * 60 };
  for (const [rule, now, meeting, beforeMinutes, expected] of rows)
    test(rule, () => {
      const times = reminderTimes({
        startsAt: at(meeting),
        rules: { beforeMinutes, ...quiet },
        rest: telAviv,
        zone,
        now: at(now),
      });
      expect(times.map((time) => localTime(time, zone))).toEqual(expected);
    });

  test("once on the night of the double hour", () => {
    const times = reminderTimes({
      startsAt: at("2026-10-25T09:00"),
      rules: { beforeMinutes: [120, 420], quietFromMinute: 0, quietToMinute: 0 },
      rest: noRest,
      zone,
      now: at("2026-10-24T12:00"),
    });
    expect(times.map((time) => time.toString())).toEqual(["2026-10-25T00:00:00Z", "2026-10-25T05:00:00Z"]);
  });
});

test.each([
  ["before its meeting begins", "2026-11-25T10:00", "2026-11-25T12:00", [21, 8], "2026-11-25T12:00"],
  ["not into quiet hours", "2026-11-24T20:45", "2026-11-25T09:00", [21, 8], "2026-11-24T21:00"],
  ["not into the next day, as quiet hours begin", "2026-11-24T20:45", "2026-11-25T09:00", [0, 8], "2026-11-25T00:00"],
  ["not into the next day, where nothing is quiet", "2026-11-24T20:45", "2026-11-25T09:00", [0, 0], "2026-11-25T00:00"],
  ["not into quiet hours by day", "2026-11-24T09:00", "2026-11-25T09:00", [14, 16], "2026-11-24T14:00"],
  ["not into Shabbat", "2026-11-27T12:00", "2026-11-29T10:00", [21, 8], "2026-11-27T16:19"],
] as const)("how long a reminder may wait: %s", (_, now, meeting, [from, to], expected) => {
  const rules = { beforeMinutes: [], quietFromMinute: from * 60, quietToMinute: to * 60 };
  const until = reminderGoodUntil({ startsAt: at(meeting), rules, rest: telAviv, zone, now: at(now) });
  expect(localTime(until, zone)).toBe(expected);
});
