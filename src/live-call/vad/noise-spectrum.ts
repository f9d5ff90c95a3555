import { BINS } from "./spectrum.ts";

// A line that carries digital silence is taken for one that hisses with rms 40 (-58 dBov, as quiet telephone lines do):
// against less, the rounding noise of mu-law stands out of every vowel, and a loud voice looks like a held note.
const POWER_MIN = 240_000;
// Minima are taken over 4 parts of 0.4 s each: longer than any syllable, and short enough to follow a step in 2 s.
const PARTS = 4;
const PART_FRAMES = 20;
const SMOOTHING = 0.75;
// The minimum of a smoothed noise power lies about this much under its mean (measured on white and pink noise).
const MINIMUM_BIAS = 1.9;
// 22 dB: one loud harmonic must not decide alone.
const RATIO_MAX = Math.exp(5);
// One bin that happens to be empty must not decide either.
const RATIO_MIN = Math.exp(-4);
// The first frames are averaged, but taken for noise only up to about -25 dBov: a caller may speak from the start.
// Such a start is corrected downwards bin by bin, at every dip of the voice, for the first 1.5 s.
const FIRST_FRAMES = 8;
const FIRST_POWER_MAX = 2e10;
const CORRECTED_FRAMES = 75;
const FIRST_MINIMUM_BIAS = 4;
// 6 dB over what was known is a noise that has just come, known by its colour only: the bins of one frame scatter by 5 dB, and
// would stand in the spectrum as the harmonics of a voice. The colour is the mean over 140 Hz.
const NEW_NOISE = 4;
const COLOUR_BINS = 4;

// A frame in work: one for all detectors.
const colour = new Float64Array(BINS);

/**
 * Noise power per bin, learnt from frames without speech, and never far under the minimum of the last 1.6 s, so that a
 * noise that grew while the caller spoke is noticed as well (minimum statistics, after Martin 2001).
 */
export class NoiseSpectrum {
  readonly power: Float32Array = new Float32Array(BINS).fill(POWER_MIN);
  /** Sum of `power`, of what was expected, and of the frame's, as of the last `contrast`. */
  total = 0;
  expected = 0;
  heard = 0;
  /**
   * How unlike the noise's the shape of the frame's spectrum is, whatever its level: log of the mean signal-to-noise ratio less the
   * mean of its log. Noise, also when it grows: 0.44 (0.55 in 1 of 10 frames); vowels at 10 dB over noise: over 0.7.
   */
  peakiness = 0;
  readonly #smoothed = new Float32Array(BINS);
  readonly #running = new Float32Array(BINS).fill(Number.POSITIVE_INFINITY);
  readonly #parts = new Float32Array(BINS * PARTS).fill(Number.POSITIVE_INFINITY);
  #part = 0;
  #partFrames = 0;
  #framesSeen = 0;

  /** Enough was heard to judge. */
  get ready(): boolean {
    return this.#framesSeen >= FIRST_FRAMES;
  }

  /**
   * Mean log ratio to what was expected of the pairs of bins that stand out; noise alone gives about 0.2.
   * `expected` by bin: `power`, and the assistant's echo on top of it.
   */
  contrast(power: Float64Array, expected: Float32Array): number {
    const noise = this.power;
    let total = 0;
    let floor = 0;
    let whole = 0;
    // One logarithm of the product instead of a sum of a hundred: e^-416 … e^520, which a double holds.
    let product = 1;
    let all = 1;
    let ratios = 0;
    for (let k = 0; k < BINS; k += 2) {
      const here = power[k]! + power[k + 1]!;
      const known = expected[k]! + expected[k + 1]!;
      total += here;
      floor += noise[k]! + noise[k + 1]!;
      whole += known;
      const ratio = here / known;
      if (ratio > 1) product *= Math.min(RATIO_MAX, ratio);
      const bounded = Math.max(RATIO_MIN, Math.min(RATIO_MAX, ratio));
      all *= bounded;
      ratios += bounded;
    }
    this.heard = total;
    this.total = floor;
    this.expected = whole;
    this.peakiness = Math.log(ratios / (BINS / 2)) - Math.log(all) / (BINS / 2);
    return Math.log(product) / (BINS / 2);
  }

  /** Learns from one frame; `rate` 0 … 1 is the weight of a frame that is noise, 0 when it is speech; `frames` since the last. */
  learn(power: Float64Array, rate: number, frames: number): void {
    const noise = this.power;
    this.#trackMinimum(power, frames);
    const first = this.#framesSeen < FIRST_FRAMES;
    const weight = first ? 1 / (1 + this.#framesSeen) : rate === 0 ? 0 : Math.max(rate, 1 / (1 + this.#framesSeen));
    const most = first ? FIRST_POWER_MAX : Number.MAX_VALUE;
    this.#framesSeen++;
    const heard = weight > 0 && this.heard > NEW_NOISE * this.total ? colourOf(power) : power;
    for (let k = 0; k < BINS; k++) noise[k]! += weight * (Math.min(most, Math.max(POWER_MIN, heard[k]!)) - noise[k]!);
    if (this.#framesSeen === FIRST_FRAMES) {
      noise.set(colourOf(noise));
      this.#running.set(this.#smoothed);
    }
    if (!first && this.#framesSeen < CORRECTED_FRAMES) this.#correctDown();
  }

  #correctDown(): void {
    const noise = this.power;
    for (let k = 0; k < BINS; k++) {
      noise[k] = Math.max(POWER_MIN, Math.min(noise[k]!, this.#running[k]! * FIRST_MINIMUM_BIAS));
    }
  }

  #trackMinimum(power: Float64Array, frames: number): void {
    const smoothed = this.#smoothed;
    const running = this.#running;
    for (let k = 0; k < BINS; k++) {
      const value = this.#framesSeen === 0 ? power[k]! : SMOOTHING * smoothed[k]! + (1 - SMOOTHING) * power[k]!;
      smoothed[k] = value;
      if (value < running[k]!) running[k] = value;
    }
    this.#partFrames += frames;
    if (this.#partFrames >= PART_FRAMES) this.#closePart();
  }

  #closePart(): void {
    const parts = this.#parts;
    const running = this.#running;
    const noise = this.power;
    parts.set(running, this.#part * BINS);
    this.#part = (this.#part + 1) % PARTS;
    this.#partFrames = 0;
    for (let k = 0; k < BINS; k++) {
      let least = parts[k]!;
      for (let at = k + BINS; at < BINS * PARTS; at += BINS) if (parts[at]! < least) least = parts[at]!;
      if (least < Number.POSITIVE_INFINITY) noise[k] = Math.max(noise[k]!, least * MINIMUM_BIAS);
      running[k] = this.#smoothed[k]!;
    }
  }
}

function colourOf(power: Float64Array | Float32Array): Float64Array {
  for (let k = 0; k < BINS; k++) {
    let sum = 0;
    const from = Math.max(0, k - COLOUR_BINS);
    const to = Math.min(BINS - 1, k + COLOUR_BINS);
    for (let at = from; at <= to; at++) sum += power[at]!;
    colour[k] = sum / (to - from + 1);
  }
  return colour;
}
