import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { frames, noise } from "./testing/voice.ts";
import { CallTrace, readTrace, TRACE_BARGE_IN, TRACE_STARTED } from "./trace.ts";
import { Vad } from "./vad.ts";

describe("trace", () => {
  test("is 4 bytes per 100 ms and a header, and grows past its first two minutes", () => {
    const vad = new Vad();
    const trace = new CallTrace();
    vad.push(frames(noise(0.02, 500, 1))[0]!, 160, null);
    for (let frame = 0; frame < 50 * 180; frame++) trace.push(vad, 0);
    expect(trace.finish()).toHaveLength(4 + 4 * 1_800);
    expect(readTrace(trace.finish())).toHaveLength(1_800);
  });

  test("keeps level, floor and threshold within half a step, and every flag of the 100 ms", () => {
    const vad = new Vad();
    const trace = new CallTrace();
    let loudest = 0;
    frames(noise(0.1, 500, 1)).forEach((frame, at) => {
      vad.push(frame, 160, null);
      loudest = Math.max(loudest, vad.levelRms);
      trace.push(vad, at === 1 ? TRACE_STARTED : at === 3 ? TRACE_BARGE_IN : 0);
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
        const trace = new CallTrace();
        for (let frame = 0; frame < count; frame++) trace.push(new Vad(), 0);
        expect(readTrace(trace.finish())).toHaveLength(Math.ceil(count / 5));
      }),
      { numRuns: 15 },
    );
  });

  test("bytes that are no trace read as nothing, a cut one as far as it goes", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => bytes[0] === 0x56 || readTrace(bytes).length === 0));
    expect(readTrace(Uint8Array.of(0x56, 0x54, 1, 5, 40, 40, 40, 0, 40))).toHaveLength(1);
  });
});
