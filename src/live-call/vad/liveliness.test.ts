import { describe, expect, test } from "bun:test";
import { linearToMulaw } from "../../audio/mulaw.ts";
import { Liveliness } from "./liveliness.ts";
import { powerSpectrum, WINDOW_SAMPLES } from "./spectrum.ts";
import { mix, noise, type Signal, silence, voice } from "./testing/voice.ts";

/** Every value once 0.6 s were heard. */
function values(signal: Signal): number[] {
  const bytes = Uint8Array.from(signal, linearToMulaw);
  const liveliness = new Liveliness();
  const found: number[] = [];
  for (let at = 0; at + WINDOW_SAMPLES <= bytes.length; at += 160) {
    liveliness.push(powerSpectrum(bytes.subarray(at, at + WINDOW_SAMPLES)));
    if (liveliness.ready) found.push(liveliness.value);
  }
  return found;
}
const quantile = (list: number[], share: number) => list.toSorted((a, b) => a - b)[Math.floor(share * list.length)]!;

describe("liveliness", () => {
  for (const rms of [10, 300, 9_000]) {
    test(`noise stands still at rms ${rms}`, () => {
      for (const seed of [1, 2, 3]) expect(quantile(values(noise(10, rms, seed)), 0.98)).toBeLessThan(1);
    });
  }

  test("a voice as loud as the noise moves more than any noise, at any level", () => {
    for (const rms of [100, 1_000]) {
      for (const seed of [1, 2, 3]) {
        const found = values(mix(noise(10, rms, seed), voice(10, rms, seed + 10)));
        expect(quantile(found, 0.1)).toBeGreaterThan(1);
        expect(quantile(found, 0.5)).toBeGreaterThan(1.4);
      }
    }
  });

  test("digital silence is still, and nothing is said before 0.6 s", () => {
    expect(values(silence(0.5))).toEqual([]);
    expect(Math.max(...values(silence(2)))).toBeCloseTo(0, 6);
  });
});
