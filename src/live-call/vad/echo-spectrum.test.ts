import { describe, expect, test } from "bun:test";
import { linearToMulaw } from "../../audio/mulaw.ts";
import { EchoSpectrum } from "./echo-spectrum.ts";
import { BINS, powerSpectrum, WINDOW_SAMPLES } from "./spectrum.ts";
import { echo, frames, type Signal, voice } from "./testing/voice.ts";

const noise = new Float32Array(BINS).fill(240_000);

/** Plays `near` against `sent` with a known delay; per frame from `fromFrame` on, how much of the power was expected. */
function explained(near: Signal, sent: Signal, delayFrames: number, gain: number, fromFrame: number): number {
  const spectrum = new EchoSpectrum();
  const bytes = Uint8Array.from(near, linearToMulaw);
  let [heard, covered] = [0, 0];
  frames(sent).forEach((frame, at) => {
    spectrum.hear(frame);
    spectrum.aim(delayFrames, gain);
    const end = (at + 1) * 160;
    if (end < WINDOW_SAMPLES) return;
    const power = powerSpectrum(bytes.subarray(end - WINDOW_SAMPLES, end));
    const expected = spectrum.over(noise);
    if (at >= fromFrame) {
      for (let k = 0; k < BINS; k++) {
        heard += power[k]!;
        covered += Math.min(power[k]!, expected[k]!);
      }
    }
    spectrum.learn(power, noise);
  });
  return covered / heard;
}

describe("echo spectrum", () => {
  const sent = voice(4, 3_000, 11);

  for (const delayMs of [120, 130]) {
    test(`an echo after ${delayMs} ms is expected in every bin, whatever return loss it began with`, () => {
      for (const lossDb of [12, 24]) {
        for (const firstDb of [6, 18, 30]) {
          expect(explained(echo(sent, delayMs, lossDb), sent, 6, 10 ** (-firstDb / 20), 100)).toBeGreaterThan(0.85);
        }
      }
    });
  }

  test("another voice stands out of it, although the echo is as loud", () => {
    const other = voice(4, 750, 12, 210);
    expect(explained(other, sent, 6, 10 ** (-12 / 20), 0)).toBeLessThan(0.5);
  });

  test("one loud frame of somebody else is not learnt as echo", () => {
    const spectrum = new EchoSpectrum();
    const gain = 10 ** (-40 / 20);
    const shout = new Float64Array(BINS).fill(1e12);
    for (const frame of frames(sent).slice(0, 60)) {
      spectrum.hear(frame);
      spectrum.aim(6, gain);
    }
    const before = spectrum.over(noise).slice();
    spectrum.learn(shout, noise);
    const after = spectrum.over(noise);
    for (let k = 0; k < BINS; k++) expect(after[k]! - noise[k]!).toBeLessThanOrEqual(3 * (before[k]! - noise[k]!) + 1);
  });

  test("while no delay is known, and after a second of silence, nothing but the noise is expected", () => {
    const spectrum = new EchoSpectrum();
    for (const frame of frames(sent)) spectrum.hear(frame);
    spectrum.aim(-1, 0.3);
    expect(spectrum.over(noise)).toBe(noise);
    for (let frame = 0; frame < 100; frame++) {
      spectrum.hear(null);
      spectrum.aim(6, 0.3);
      spectrum.over(noise);
    }
    expect([...spectrum.over(noise)]).toEqual([...noise]);
  });
});
