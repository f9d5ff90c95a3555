import { expect, test } from "bun:test";
import { limits } from "../limits.ts";
import { FrameRate } from "./frame-rate.ts";

const max = limits.mediaFramesPerSecondMax;
const rows: [what: string, perSecond: number[], admitted: boolean][] = [
  ["a phone call", [50, 50, 50, 50], true],
  ["the allowed most", [max, max, max, max], true],
  ["one hot second", [max + 1, 50, 50], true],
  ["hot seconds with calm ones between", [max + 1, 50, max + 1, 50, max + 1], true],
  ["hot seconds with silence between", [max + 1, 0, max + 1, 0, 0, max + 1], true],
  ["two hot seconds in a row", [50, max + 1, max + 1], false],
  ["a network that catches up with 30 s", [30 * 50], true],
  ["a flood in its first second", [10 * max + 1], false],
];
test.each(rows)("%s", (_what, perSecond, admitted) => {
  const rate = new FrameRate();
  let ok = true;
  for (const [second, frames] of perSecond.entries())
    for (let n = 0; n < frames; n++) ok = rate.admit(second * 1_000 + (n * 999) / frames) && ok;
  expect(ok).toBe(admitted);
});
