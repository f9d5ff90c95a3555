import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { frames, noise } from "./testing/voice.ts";
import { CallTrace, readTrace, TRACE_BARGE_IN, TRACE_STARTED } from "./trace.ts";
import { Vad } from "./vad.ts";

const maxMs = 20 * 60_000;

describe("trace", () => {
  test("is 4 bytes per 100 ms and a header, and grows past its first two minutes", () => {
    const vad = new Vad();
    const trace = new CallTrace(maxMs);
    vad.push(frames(noise(0.02, 500, 1))[0]!, 160, null);
    for (let frame = 0; frame < 50 * 180; frame++) trace.push(vad, 0, frame * 20);
    expect(trace.finish()).toHaveLength(4 + 4 * 1_800);
    expect(readTrace(trace.finish())).toHaveLength(1_800);
  });

  test("keeps level, floor and threshold within half a step, and every flag of the 100 ms", () => {
    const vad = new Vad();
    const trace = new CallTrace(maxMs);
    let loudest = 0;
    frames(noise(0.1, 500, 1)).forEach((frame, at) => {
      vad.push(frame, 160, null);
      loudest = Math.max(loudest, vad.levelRms);
      trace.push(vad, at === 1 ? TRACE_STARTED : at === 3 ? TRACE_BARGE_IN : 0, at * 20);
    });
    const [record] = readTrace(trace.finish());
    expect(record!.atMs).toBe(0);
    expect(20 * Math.log10(record!.levelRms / loudest)).toBeWithin(-0.26, 0.26);
    expect(20 * Math.log10(record!.noiseFloorRms / vad.noiseFloorRms)).toBeWithin(-0.26, 0.26);
    expect(record!.flags).toBe(TRACE_STARTED | TRACE_BARGE_IN);
  });

  test("a call of any length is covered to its last frame", () => {
    fc.assert(
      fc.property(fc.nat(200), (count) => {
        const trace = new CallTrace(maxMs);
        for (let frame = 0; frame < count; frame++) trace.push(new Vad(), 0, frame * 20);
        expect(readTrace(trace.finish())).toHaveLength(Math.ceil(count / 5));
      }),
      { numRuns: 15 },
    );
  });

  // The replay drew the barge-in 6.6 s before its sound: the trace counted frames heard, the recording the stream's time.
  test("lies on the recording's clock: after a gap, and with frames of any size", () => {
    const vad = new Vad();
    vad.push(frames(noise(0.02, 500, 1))[0]!, 160, null);
    const flagged = (times: readonly number[]) => {
      const trace = new CallTrace(maxMs);
      for (const at of times) trace.push(vad, at === times.at(-1) ? TRACE_STARTED : 0, at);
      return readTrace(trace.finish());
    };
    const afterGap = flagged([0, 20, 40, 60, 80, 100, 5_600, 5_620]);
    expect(afterGap).toHaveLength(57);
    expect(afterGap.filter(({ flags }) => flags > 0)).toMatchObject([{ atMs: 5_600 }]);
    expect(afterGap.filter(({ levelRms }) => levelRms > 0).map(({ atMs }) => atMs)).toEqual([0, 100, 5_600]);
    for (const stepMs of [10, 20, 30, 40, 50]) {
      const minute = Array.from({ length: 60_000 / stepMs }, (_, frame) => frame * stepMs);
      expect(flagged(minute)).toHaveLength(600);
      expect(flagged(minute).every(({ levelRms }) => levelRms > 0)).toBe(true);
    }
  });

  test("timestamps that repeat, go back, leap or are no numbers neither end it nor let it grow past its bound", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(maxMs), fc.double(), fc.constant(Number.NaN))), (times) => {
        const trace = new CallTrace(maxMs);
        for (const at of times) trace.push(new Vad(), TRACE_STARTED, at);
        const inside = times.map((at) => Math.floor(at / 100)).filter((at) => at >= 0 && at < maxMs / 100);
        const records = readTrace(trace.finish());
        expect(records).toHaveLength(inside.length === 0 ? 0 : Math.max(...inside) + 1);
        expect(records.flatMap(({ flags }, at) => (flags > 0 ? [at] : []))).toEqual(
          [...new Set(inside)].sort((one, other) => one - other),
        );
      }),
    );
  });

  test("bytes that are no trace read as nothing, a cut one as far as it goes", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => bytes[0] === 0x56 || readTrace(bytes).length === 0));
    expect(readTrace(Uint8Array.of(0x56, 0x54, 1, 5, 40, 40, 40, 0, 40))).toHaveLength(1);
  });
});
