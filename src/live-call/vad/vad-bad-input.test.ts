import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { chain, listen, mix, noise, silence, tones, voice } from "./testing/voice.ts";
import { VAD_SPEECH_STARTED, Vad } from "./vad.ts";

const readings = (vad: Vad): number[] => [
  vad.levelRms,
  vad.noiseFloorRms,
  vad.speechThresholdRms,
  vad.voicedMs,
  vad.voicedSpanMs,
  vad.recentVoicedMs,
  vad.voiceCertainty,
  vad.utteranceMs,
  vad.pauseMs,
  vad.callerRms,
  vad.echoReturnLossDb,
];

describe("bad input", () => {
  test("any frames of any length, of the caller and of the assistant: no exception, no NaN, bounded results", () => {
    const frame = fc.record({
      bytes: fc.uint8Array({ maxLength: 400 }),
      claimed: fc.oneof(fc.constantFrom(160, 0, -1, 1e9, Number.NaN), fc.integer({ min: 0, max: 400 })),
      far: fc.option(fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.uint8Array({ minLength: 160, maxLength: 160 }))),
      repeat: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 30 }), (sequence) => {
        const vad = new Vad();
        for (const { bytes, claimed, far, repeat } of sequence) {
          for (let i = 0; i < repeat; i++) expect([0, 1, 2]).toContain(vad.push(bytes, claimed, far));
          for (const reading of readings(vad)) expect(Number.isFinite(reading)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  const poison = {
    "digital silence": silence(6),
    "full-scale noise": noise(6, 18_000, 1),
    "a constant tone": tones(6, 8_000, [440]),
    "direct current": silence(6).fill(12_000),
    "the loudest byte": silence(6).fill(-32_768),
  };
  for (const [label, signal] of Object.entries(poison)) {
    test(`3 s after ${label} a voice is heard and the line is quiet again`, () => {
      const vad = new Vad();
      listen(vad, signal);
      listen(vad, noise(3, 20, 2));
      expect(vad.speaking).toBe(false);
      const edges = listen(vad, mix(noise(3, 20, 3), chain(silence(0.5), voice(2, 1_600, 4))));
      expect(edges.filter(({ edge }) => edge === VAD_SPEECH_STARTED)).toHaveLength(1);
    });
  }
});
