import { expect, test } from "bun:test";
import { gridSeconds, stretches } from "./plot-scale.ts";

test("each bar is as loud as the loudest moment of its stretch", () => {
  expect(stretches([1, 9, 2, 3], 100, 400, 2)).toEqual([9, 3]);
  expect(stretches([1, 2], 100, 400, 4)).toEqual([1, 2, 0, 0]);
  expect(stretches([], 100, 0, 3)).toEqual([0, 0, 0]);
});

test.each([
  [32_000, 600, 5],
  [32_000, 300, 10],
  [1_200_000, 600, 300],
])("a call of %p ms on %p px has a line every %p s", (lengthMs, width, seconds) => {
  expect(gridSeconds(lengthMs, width)).toBe(seconds);
});
