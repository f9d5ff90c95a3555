import { describe, expect, test } from "bun:test";
import { keypadTone, makeNoise, noiseFloor, tones } from "./noises.ts";
import { assistantVoice, callerVoice, rmsOfDbov, speakLinear, speakMulaw } from "./voice.ts";

const rms = (samples: ArrayLike<number>): number =>
  Math.sqrt(Array.from(samples).reduce((sum, x) => sum + x * x, 0) / samples.length);
const text = "שלום, רציתי לשאול כמה עולה אצלכם תספורת?";

/** Strongest normalised autocorrelation of 32 ms, over the pitches of people (65-400 Hz). */
function voicing(samples: Int16Array, at: number): number {
  let best = 0;
  for (let lag = 20; lag <= 120; lag++) {
    let cross = 0;
    let first = 0;
    let second = 0;
    for (let index = at; index < at + 256; index++) {
      cross += samples[index]! * samples[index + lag]!;
      first += samples[index]! ** 2;
      second += samples[index + lag]! ** 2;
    }
    best = Math.max(best, cross / Math.sqrt(first * second || 1));
  }
  return best;
}

describe("synthetic speech", () => {
  test("is the same for the same text and voice, and another for another seed", () => {
    expect(speakMulaw(text, callerVoice)).toEqual(speakMulaw(text, callerVoice));
    expect(speakMulaw(text, callerVoice, 2)).not.toEqual(speakMulaw(text, callerVoice));
  });

  test("has the length of read Hebrew, the asked level, whole frames", () => {
    const samples = speakLinear(text, callerVoice);
    expect(samples.length / 8_000).toBeWithin(2.2, 4.5);
    const active = samples.filter((sample) => Math.abs(sample) > 70);
    expect(20 * Math.log10(rms(active) / rmsOfDbov(-26))).toBeWithin(-3, 3);
    expect(speakMulaw(text, callerVoice).length % 160).toBe(0);
  });

  test("is voiced in most of its frames and has syllables: what detectors of speech look for", () => {
    const samples = speakLinear(text, assistantVoice);
    const frames = Array.from({ length: Math.floor(samples.length / 160) - 4 }, (_, index) => index * 160);
    const voiced = frames.filter((at) => voicing(samples, at) > 0.5).length / frames.length;
    expect(voiced).toBeGreaterThan(0.6);
    const levels = frames.map((at) => rms(samples.subarray(at, at + 160)));
    expect(Math.max(...levels)).toBeGreaterThan(6 * Math.min(...levels));
  });
});

describe("noises", () => {
  test("the floor has its level, the keypad its two tones, the cough its onset", () => {
    expect(20 * Math.log10(rms(noiseFloor(-50, 3)) / rmsOfDbov(-50))).toBeWithin(-1.5, 1.5);
    const tone = keypadTone("5");
    expect(rms(tone)).toBeWithin(rmsOfDbov(-16), rmsOfDbov(-12));
    expect(() => keypadTone("x")).toThrow("no such key");
    const cough = makeNoise("cough");
    expect(rms(cough.subarray(0, 800))).toBeGreaterThan(2 * rms(cough.subarray(1_200, 1_600)));
    expect(tones([425], 20, -20)).toHaveLength(160);
  });
});
