import { expect, test } from "bun:test";
import { answerWaits, gridSeconds, speechBands, stretches } from "./plot-scale.ts";

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

test("the plot has a band for speech heard by the detector and a bar for every wait for an answer", () => {
  const trace = { stepMs: 100, bits: { speaking: 1 }, decisions: [0, 3, 1, 0, 2, 1] };
  expect(speechBands(trace)).toEqual([
    [100, 300],
    [500, 600],
  ]);
  const waited = { speech_end: 10_400, first_frame_sent: 11_100 };
  const events = [
    { atMs: 0, kind: "turn_latency", detail: waited },
    { atMs: 0, kind: "turn_latency", detail: { speech_end: 5 } },
    { atMs: 0, kind: "tool", detail: {} },
  ];
  expect(answerWaits(events as never)).toEqual([{ from: 10_400, to: 11_100 }]);
});
