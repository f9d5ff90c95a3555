import { type Random, seededRandom } from "../base/random.ts";
import { rmsOfDbov, speakLinear } from "./voice.ts";

/** What a caller's end of the line carries besides words. All 16-bit samples at 8 kHz. */
export type Noise = "cough" | "breath" | "click" | "sniff";

const samplesOf = (ms: number): number => Math.round(ms * 8);

/** One noise, at a level relative to normal speech (0 dB = as loud as the caller talks). */
export function makeNoise(kind: Noise, levelDb = 0, seed = 1): Int16Array {
  const random = seededRandom(seed);
  const loudness = rmsOfDbov(-26 + levelDb);
  switch (kind) {
    case "cough": // two bursts of noise with a sharp onset and a fast decay
      return shape(
        samplesOf(420),
        (ms) => (ms < 40 ? ms / 4 : 10) * Math.exp(-(ms % 210) / 55) * 0.35,
        loudness,
        random,
      );
    case "breath":
      return shape(samplesOf(700), (ms) => Math.sin((Math.PI * ms) / 700) * 0.35, loudness, random);
    case "sniff":
      return shape(samplesOf(180), (ms) => Math.sin((Math.PI * ms) / 180) * 0.5, loudness, random);
    case "click":
      return shape(samplesOf(12), (ms) => 3 * Math.exp(-ms / 2), loudness, random);
  }
}

function shape(length: number, envelope: (ms: number) => number, loudness: number, random: Random): Int16Array {
  return Int16Array.from({ length }, (_, at) => {
    const sample = (random() + random() + random() - 1.5) * 2 * loudness * envelope(at / 8);
    return Math.max(-32_000, Math.min(32_000, Math.round(sample)));
  });
}

const rows = [697, 770, 852, 941];
const columns = [1_209, 1_336, 1_477];
const keys = ["123", "456", "789", "*0#"];

/** Keypad tone of one digit (ITU-T Q.23), 100 ms. @throws Error for anything but 0-9, * and #. */
export function keypadTone(digit: string, ms = 100): Int16Array {
  const row = keys.findIndex((line) => line.includes(digit));
  if (digit.length !== 1 || row < 0) throw new Error(`no such key: ${digit}`);
  return tones([rows[row]!, columns[keys[row]!.indexOf(digit)]!], ms, -14);
}

/** A mix of sine tones at a level in dBov. */
export function tones(hz: readonly number[], ms: number, dbov: number): Int16Array {
  const amplitude = rmsOfDbov(dbov) * Math.sqrt(2 / hz.length);
  return Int16Array.from({ length: samplesOf(ms) }, (_, at) =>
    Math.round(hz.reduce((sum, f) => sum + amplitude * Math.sin((2 * Math.PI * f * at) / 8_000), 0)),
  );
}

/** "אהה" by the formant voice: one short vowel of 137 ms. */
export const backchannelSound = (levelDb: number): Int16Array =>
  speakLinear("אה", { pitchHz: 118, tract: 1, levelDbov: -26 + levelDb }, 7);

/** An endless noise floor: 4 s of low-passed noise at a level in dBov, to be played around. */
export function noiseFloor(dbov: number, seed: number): Int16Array {
  const random = seededRandom(seed);
  const rms = rmsOfDbov(dbov);
  let low = 0;
  // A one-pole low pass of 0.6 leaves half of white noise's power; 3.46 turns a uniform of width 1 into rms 1.
  return Int16Array.from({ length: 32_000 }, () => {
    low += 0.6 * ((random() - 0.5) * 3.46 * 1.53 - low);
    return Math.round(low * rms);
  });
}
