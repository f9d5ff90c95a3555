import { expect, test } from "bun:test";
import { createVirtualClock } from "../sim/clock.ts";
import { CallBench } from "./testing/call-bench.ts";
import { loudSound } from "./testing/scripted-vad.ts";

/** When the caller's turn began, in ms of the call: one sound, a pause, 300 ms of words, and the engine takes the turn. */
function beganMs(soundMs: number, pauseMs: number): number {
  const bench = new CallBench({ clock: createVirtualClock() });
  bench.start().quiet(1_000).sound(loudSound(soundMs)).quiet(pauseMs).sound(loudSound(300)).quiet(500);
  bench.engine.turn("t1", "אהה");
  return bench.journal.turns.find(({ role }) => role === "caller")!.startMs;
}

test("turn-begins-with-a-breath: a short sound seconds before the words is not their beginning", () => {
  expect(beganMs(120, 4_000)).toBeWithin(5_100, 5_140);
});

test("words do begin with a short sound that they follow, and with a sentence before a long pause", () => {
  expect(beganMs(120, 700)).toBeWithin(980, 1_020);
  expect(beganMs(600, 4_000)).toBeWithin(980, 1_020);
});

test("every turn is judged by its own sounds", () => {
  const bench = new CallBench({ clock: createVirtualClock() });
  bench.start().quiet(1_000).sound(loudSound(600)).quiet(500);
  bench.engine.turn("t1", "שלום");
  bench.quiet(1_000).sound(loudSound(120)).quiet(3_000).sound(loudSound(300)).quiet(500);
  bench.engine.turn("t2", "אהה");
  expect(bench.journal.turns.find(({ text }) => text === "אהה")!.startMs).toBeWithin(6_200, 6_240);
});
