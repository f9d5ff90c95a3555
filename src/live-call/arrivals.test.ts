import { expect, test } from "bun:test";
import { Arrivals } from "./arrivals.ts";

test("frames that come in a bundle are given the times at which each would have come alone", () => {
  const arrivals = new Arrivals();
  for (let at = 0; at < 1_000; at += 20) arrivals.note(at, at + 540);
  for (let at = 1_000; at < 1_200; at += 20) arrivals.note(at, 1_740);
  expect(arrivals.undelayed(1_000)).toBe(1_540);
  expect(arrivals.undelayed(1_180)).toBe(1_720);
});

test("a way that got longer for good, or a clock that runs away, is followed within forty seconds", () => {
  const arrivals = new Arrivals();
  for (let at = 0; at < 60_000; at += 20) arrivals.note(at, at + (at < 15_000 ? 40 : 90));
  expect(arrivals.undelayed(60_000)).toBe(60_090);
  for (let at = 60_000; at < 60_100; at += 20) arrivals.note(at, at + 30);
  expect(arrivals.undelayed(60_100)).toBe(60_130);
});
