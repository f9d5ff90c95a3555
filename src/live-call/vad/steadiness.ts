import { fastLog2 } from "./fast-log.ts";

// 625-2,750 Hz: high enough that the smallest bend of a voice moves its harmonics by a bin.
const FROM_BIN = 24;
const BINS = 136;
// The reference is the noise averaged over 265 Hz: a note that was learnt as noise must not vanish from the pattern.
const BLOCK_BINS = 17;
const ENVELOPE_BINS = 6;
// 80 ms: longer than the analysis window, so that two patterns share no sample, and shorter than a note.
const LAG_FRAMES = 4;

// A frame in work: one for all detectors.
const logs = new Float64Array(BINS);

/**
 * Whether the fine structure of the spectrum stands still: the correlation of its pattern (log signal-to-noise ratio
 * over its local mean) with the pattern 80 ms ago. Held notes and tones: over 0.54 in 95 of 100 frames. Voices, which never
 * hold a pitch that well: under 0.42 in 95 of 100 (speech at 20 dB over noise). Noise: about 0.
 */
export class Steadiness {
  /** -1 … 1. */
  value = 0;
  readonly #patterns = new Float32Array((LAG_FRAMES + 1) * BINS);
  readonly #magnitudes = new Float32Array(LAG_FRAMES + 1);
  readonly #times = new Int32Array(LAG_FRAMES + 1);
  #at = 0;
  #now = 0;

  /** `power` and `noise` by bin from FIRST_BIN on; `frames` since the last one that was analysed. */
  push(power: Float64Array, noise: Float32Array, frames: number): void {
    for (let block = 0; block < BINS; block += BLOCK_BINS) {
      let sum = 0;
      for (let k = block; k < block + BLOCK_BINS; k++) sum += noise[FROM_BIN + k]!;
      const scale = BLOCK_BINS / sum;
      for (let k = block; k < block + BLOCK_BINS; k++) logs[k] = fastLog2(1 + scale * power[FROM_BIN + k]!);
    }
    this.#at = this.#at === LAG_FRAMES ? 0 : this.#at + 1;
    this.#now += frames;
    this.#times[this.#at] = this.#now;
    const before = this.#before();
    this.#magnitudes[this.#at] = this.#subtractEnvelope(this.#at * BINS);
    const scale = this.#magnitudes[this.#at]! * this.#magnitudes[before]!;
    this.value = scale > 0 ? this.#product(this.#at * BINS, before * BINS) / Math.sqrt(scale) : 0;
  }

  /** The newest pattern that is 80 ms old. */
  #before(): number {
    let at = this.#at;
    for (let back = 0; back < LAG_FRAMES; back++) {
      at = at === 0 ? LAG_FRAMES : at - 1;
      if (this.#now - this.#times[at]! >= LAG_FRAMES) break;
    }
    return at;
  }

  #product(here: number, there: number): number {
    const patterns = this.#patterns;
    let sum = 0;
    for (let k = 0; k < BINS; k++) sum += patterns[here + k]! * patterns[there + k]!;
    return sum;
  }

  #subtractEnvelope(offset: number): number {
    let sum = 0;
    let squares = 0;
    for (let k = 0; k < ENVELOPE_BINS; k++) sum += logs[k]!;
    for (let k = 0; k < BINS; k++) {
      const enter = k + ENVELOPE_BINS;
      const leave = k - ENVELOPE_BINS - 1;
      if (enter < BINS) sum += logs[enter]!;
      if (leave >= 0) sum -= logs[leave]!;
      const width = Math.min(enter, BINS - 1) - Math.max(leave + 1, 0) + 1;
      const above = logs[k]! - sum / width;
      this.#patterns[offset + k] = above;
      squares += above * above;
    }
    return squares;
  }
}
