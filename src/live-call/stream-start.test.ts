import { expect, test } from "bun:test";
import { createVirtualClock } from "../sim/clock.ts";
import { StreamStart } from "./stream-start.ts";
import { CallBench } from "./testing/call-bench.ts";
import { loudSound } from "./testing/scripted-vad.ts";
import { readTrace, TRACE_STARTED } from "./vad/trace.ts";

test("the stream began when its least delayed frame says, and a later leap of its timestamps moves nothing", () => {
  const start = new StreamStart();
  expect(start.since(0)).toBeNull();
  for (let frame = 0; frame < 250; frame++)
    start.heard(frame * 20 + 20, 4_000 + frame * 20 + 20 + (frame < 9 ? 180 : 7));
  start.heard(900_000, 9_100);
  expect(start.since(1_000)).toBe(3_007);
  expect(start.since(50_000)).toBe(0);
});

// The replay showed the first word at 12.0 s in the trace and at 18.6 s in the log, and the trace ended 6.5 s too early.
test("a word after a late stream and a lost stretch is at one place in log, trace and recording", () => {
  const bench = new CallBench({ clock: createVirtualClock() });
  bench.clock.advance(3_000);
  bench.start().quiet(5_000).gap(5_500).quiet(1_000).sound(loudSound(500)).quiet(1_000);
  bench.engine.turn("t1", "שלום");
  bench.call.onProviderEnded();
  const { streamAtMs, trace, recording, durationMs } = bench.journal.ends[0]!;
  const records = readTrace(trace!);
  const inTrace = records.find(({ flags }) => (flags & TRACE_STARTED) !== 0)!.atMs;
  const loud = loudSound(20)[0]!;
  const inRecording = recording!.held.findIndex((byte, at) => at % 2 === 0 && byte === loud) / 16;
  expect(streamAtMs).toBe(3_000);
  const spoke = bench.journal.turns.find(({ role }) => role === "caller")!;
  expect(spoke.startMs - streamAtMs!).toBeWithin(inRecording - 100, inRecording + 100);
  expect(inTrace).toBeWithin(inRecording - 100, inRecording + 100);
  expect(records.length * 100 + streamAtMs!).toBeWithin(durationMs - 100, durationMs + 100);
});
