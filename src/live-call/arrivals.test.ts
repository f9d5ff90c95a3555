import { expect, test } from "bun:test";
import { Arrivals } from "./arrivals.ts";

test("frames that come in a bundle are given the times at which each would have come alone", () => {
  const arrivals = new Arrivals();
  for (let at = 0; at < 1_000; at += 20) arrivals.note(at, at + 540);
  for (let at = 1_000; at < 1_200; at += 20) arrivals.note(at, 1_740);
  expect(arrivals.undelayed(1_000)).toBeCloseTo(1_540, 0);
  expect(arrivals.undelayed(1_180)).toBeCloseTo(1_720, 0);
});

const steady = (arrivals: Arrivals, from: number, to: number, lag: number): void => {
  for (let at = from; at < to; at += 20) arrivals.note(at, at + lag);
};

test("a way that got longer, or frames that were never counted, are followed within two seconds", () => {
  const arrivals = new Arrivals();
  steady(arrivals, 0, 10_000, 40);
  steady(arrivals, 10_000, 12_100, 240);
  expect(arrivals.undelayed(12_100)).toBe(12_340);
  steady(arrivals, 12_100, 12_200, 30);
  expect(arrivals.undelayed(12_200)).toBe(12_230);
});

test("a stamp ahead of its time, by a word or by a day, is forgotten within two seconds", () => {
  for (const aheadMs of [500, 86_400_000]) {
    const arrivals = new Arrivals();
    steady(arrivals, 0, 5_000, 40);
    arrivals.note(5_000 + aheadMs, 5_040);
    steady(arrivals, 5_020, 7_100, 40);
    expect(arrivals.undelayed(7_100)).toBe(7_140);
  }
});

test("a clock that runs away by a twentieth of a ms a second is followed to the ms", () => {
  const arrivals = new Arrivals();
  for (let at = 0; at < 1_200_000; at += 20) arrivals.note(at, at * 1.000_05 + 40);
  expect(Math.abs(arrivals.undelayed(1_200_000) - (1_200_000 * 1.000_05 + 40))).toBeLessThan(1);
});

test.each([
  ["in its turn", 5_000, 5_000],
  ["after frames that are lost", 5_020, 5_020],
  ["after frames that are lost, and sooner than any before", 5_120, 5_120],
  ["ahead of the clock", 5_140, 5_000],
  ["a little behind, out of its turn", 4_020, 4_020],
  ["of another time", 4_000, 5_000],
  ["below zero", -20, 5_000],
  ["no number", Number.NaN, 5_000],
])("a frame that says it is %s (%d) has its place at %d", (_, stamp, place) => {
  const arrivals = new Arrivals();
  steady(arrivals, 0, 5_000, 40);
  expect(arrivals.timeOf(stamp, 5_000, 5_060)).toBe(place);
});

test("a stream begins where its first frame says, unless nobody would have waited so long for it", () => {
  const begins = (stamp: number) => new Arrivals().timeOf(stamp, -1, 90_000);
  expect([0, 100, 5_999, 6_000, 86_400_000, -1, Number.NaN].map(begins)).toEqual([0, 100, 5_999, 0, 0, 0, 0]);
});
