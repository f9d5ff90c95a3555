import { describe, expect, test } from "bun:test";
import { linearToMulaw } from "../../audio/mulaw.ts";
import { powerSpectrum, WINDOW_SAMPLES } from "./spectrum.ts";
import { mix, tones, voice } from "./testing/voice.ts";
import { ToneTest } from "./tone.ts";

/** Whether 250 ms of these frequencies, with an overtone of this amplitude, are taken for a signal of the telephone network. */
function isTone(hz: readonly number[], [overtoneHz, part]: readonly [number, number] = [600, 0]): boolean {
  const bytes = Uint8Array.from(mix(tones(0.25, 1_500, hz), tones(0.25, 1_500 * part, [overtoneHz])), linearToMulaw);
  const tone = new ToneTest();
  for (let at = 0; at + WINDOW_SAMPLES <= bytes.length; at += 160) {
    const power = powerSpectrum(bytes.subarray(at, at + WINDOW_SAMPLES));
    tone.push(
      power,
      null,
      power.reduce((sum, value) => sum + value, 0),
      1,
    );
  }
  return tone.sure;
}

describe("signals of the telephone network", () => {
  for (const hz of [[300], [320], [400, 450], [425], [440, 480], [697, 1_209], [941, 1_477], [1_100], [2_100]]) {
    test(`${hz.join(" + ")} Hz`, () => expect(isTone(hz)).toBe(true));
  }

  test("closed-vowel-was-a-tone: an 'u' on 150 Hz, nearly all in one harmonic, ended what was known of an utterance", () => {
    expect(isTone([300], [600, 0.16])).toBe(false);
    expect(isTone([425], [850, 0.16])).toBe(true);
  });

  test("a tone over the assistant's echo is one once the echo is known, and the echo alone is none", () => {
    const spectrumOf = (signal: Float64Array) =>
      powerSpectrum(Uint8Array.from(signal.subarray(0, WINDOW_SAMPLES), linearToMulaw)).slice();
    const sum = (power: Float64Array) => power.reduce((total, value) => total + value, 0);
    const echo = voice(0.3, 700, 3).subarray(1_000);
    const known = Float32Array.from(spectrumOf(echo));
    const judge = (power: Float64Array, likely: Float32Array | null) => {
      const tone = new ToneTest();
      tone.push(power, likely, sum(power), likely === null ? 1 : sum(Float64Array.from(likely)));
      return tone.is;
    };
    const both = spectrumOf(mix(echo, tones(0.2, 2_000, [425])));
    expect(judge(both, known)).toBe(true);
    expect(judge(both, null)).toBe(false);
    expect(judge(spectrumOf(echo), known)).toBe(false);
  });
});
