import { expect, test } from "bun:test";
import type { PhoneCall } from "../twilio/phone-call.ts";
import { LoadCaller, prepareTails, SentTimes } from "./caller.ts";
import { Measure } from "./measure.ts";
import { readStamp } from "./stamp.ts";

/** A load caller whose ear is set by hand; one frame at a time. */
function makeCaller(interruptEvery: number) {
  const ear = { lastAudible: 0, audibleSince: 0 };
  const stopMs = new Measure();
  const sent = new SentTimes(8);
  let line = 0;
  const tails = prepareTails();
  const caller = new LoadCaller(
    {
      lane: 5,
      tails,
      sent,
      nowMs: () => line / 8,
      hangUpAt: 80_000,
      interruptEvery,
      patienceMs: 60_000,
      stopMs,
      clearMs: new Measure(),
    },
    { ear, stream: { live: true } } as unknown as PhoneCall,
  );
  const frame = (): string => {
    const payload = caller.frame(new Uint8Array(160), line);
    line += 160;
    return payload;
  };
  const hear = (frames: number) => {
    ear.audibleSince = line;
    for (let count = 0; count < frames; count++) {
      frame();
      ear.lastAudible = line;
    }
  };
  const quiet = (frames: number) => {
    for (let count = 0; count < frames; count++) frame();
  };
  return { caller, frame, hear, quiet, sent, stopMs, tails };
}

test("every frame is 160 bytes and carries its lane and number", () => {
  const { frame } = makeCaller(0);
  const stamp = { lane: 0, sequence: 0 };
  for (let sequence = 0; sequence < 5; sequence++) {
    const bytes = new Uint8Array(Buffer.from(frame(), "base64"));
    expect(bytes).toHaveLength(160);
    expect(readStamp(bytes, 0, stamp)).toBe(true);
    expect(stamp).toEqual({ lane: 5, sequence });
  }
});

test("talks after the assistant, or into it when this turn interrupts, and measures the silence that follows", () => {
  const polite = makeCaller(0);
  polite.hear(100);
  expect(polite.caller.turns).toBe(0);
  polite.quiet(40);
  expect(polite.caller.turns).toBe(1);

  const rude = makeCaller(1);
  rude.hear(70);
  expect(rude.caller.turns).toBe(1);
  rude.quiet(10);
  expect(rude.stopMs.summary()).toMatchObject({ count: 1 });
});

test("frames sent while the assistant is heard are not measured", () => {
  const { hear, quiet, sent, caller } = makeCaller(0);
  hear(10);
  expect(sent.of(5, 3)).toBeNaN();
  quiet(60);
  expect(sent.of(5, caller.sequence - 1)).toBeGreaterThan(0);
});

test("percentiles of a measure", () => {
  const measure = new Measure();
  for (let value = 5_000; value > 0; value--) measure.add(value);
  expect(measure.summary()).toEqual({ count: 5_000, p50: 2_501, p95: 4_751, p99: 4_951, max: 5_000 });
  expect(new Measure().summary().p99).toBeNaN();
});
