import { describe, expect, test } from "bun:test";
import { linearToMulaw } from "../../audio/mulaw.ts";
import { powerSpectrum, WINDOW_SAMPLES } from "./spectrum.ts";
import { mix, tones } from "./testing/voice.ts";
import { ToneTest } from "./tone.ts";

/** Whether 250 ms of these frequencies, with an overtone of this amplitude, are taken for a signal of the telephone network. */
function isTone(hz: readonly number[], [overtoneHz, part]: readonly [number, number] = [600, 0]): boolean {
  const bytes = Uint8Array.from(mix(tones(0.25, 1_500, hz), tones(0.25, 1_500 * part, [overtoneHz])), linearToMulaw);
  const tone = new ToneTest();
  for (let at = 0; at + WINDOW_SAMPLES <= bytes.length; at += 160) {
    const power = powerSpectrum(bytes.subarray(at, at + WINDOW_SAMPLES));
    tone.push(
      power,
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
});
