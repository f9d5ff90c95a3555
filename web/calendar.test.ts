import { expect, test } from "bun:test";
import { addDays, clockOf, isDate, minuteOf, weekdayOf, weekStart } from "./dates.ts";
import { inLanes } from "./lanes.ts";

test.each([
  [
    "one after the other",
    [
      [0, 30],
      [30, 60],
    ],
    ["0/1", "0/1"],
  ],
  [
    "two at once",
    [
      [0, 30],
      [10, 40],
    ],
    ["0/2", "1/2"],
  ],
  [
    "a third behind the first of two",
    [
      [0, 30],
      [10, 60],
      [30, 60],
    ],
    ["0/2", "1/2", "0/2"],
  ],
  [
    "three at once",
    [
      [0, 60],
      [0, 60],
      [0, 60],
    ],
    ["0/3", "1/3", "2/3"],
  ],
  ["nothing", [], []],
] as [string, [number, number][], string[]][])("meetings side by side: %s", (_, spans, expected) => {
  const placed = inLanes(spans.map(([from, to]) => ({ from, to })));
  expect(placed.map(({ lane, lanes }) => `${lane}/${lanes}`)).toEqual(expected);
});

test("dates: a week begins on Sunday, months and years are crossed, clock changes do nothing", () => {
  expect(weekStart("2026-11-27")).toBe("2026-11-22");
  expect(weekStart("2026-11-22")).toBe("2026-11-22");
  expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  expect([addDays("2026-03-26", 1), addDays("2026-03-27", 1)]).toEqual(["2026-03-27", "2026-03-28"]);
  expect(weekdayOf("2026-11-28")).toBe(6);
  expect([isDate("2026-11-27"), isDate("2026-13-01"), isDate("heute"), isDate(null)]).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect([minuteOf("2026-11-27T09:30"), clockOf(570)]).toEqual([570, "09:30"]);
});
