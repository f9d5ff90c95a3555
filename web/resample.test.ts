import { expect, test } from "bun:test";
import { Resampler } from "./resample.ts";

function resampled(fromHz: number, toHz: number, toneHz: number): { loudest: number; count: number } {
  const resampler = new Resampler(fromHz, toHz);
  let loudest = 0;
  let count = 0;
  for (let index = 0; index < fromHz; index++)
    resampler.push(Math.sin((2 * Math.PI * toneHz * index) / fromHz), (sample) => {
      count += 1;
      if (count > toHz / 10) loudest = Math.max(loudest, Math.abs(sample));
    });
  return { loudest, count };
}

test.each([
  [48_000, 8_000],
  [44_100, 8_000],
  [8_000, 48_000],
  [8_000, 44_100],
  [8_000, 8_000],
])("%p to %p Hz: a second stays a second, and a tone of a voice keeps its level", (from, to) => {
  const { loudest, count } = resampled(from, to, 440);
  expect(Math.abs(count - to)).toBeLessThanOrEqual(1);
  expect(loudest).toBeGreaterThan(0.97);
  expect(loudest).toBeLessThan(1.03);
});

test.each([48_000, 44_100])("from %p Hz: what a telephone cannot carry does not come back as another tone", (from) => {
  expect(resampled(from, 8_000, 5_000).loudest).toBeLessThan(0.01);
});
