import { countBits } from "./evidence.ts";

const FRAME_MS = 20;
// 20 frames: 400 ms.
const RECENT_MASK = 0xf_ffff;
const RECENT_FRAMES = 20;
/**
 * Log-likelihood ratio of a frame, voice against breath and cough, as measured on 800 of those and 150 utterances: it grows
 * with the clarity of the period, twice as fast when the period also stays where it was, which noise does by chance only.
 */
const STEADY = { from: 0.53, slope: 20 };
const UNSTEADY = { from: 0.61, slope: 10 };
// Chance finds long periods more often than short ones: that much less, or more, clarity is needed per sample.
const USUAL_LAG = 70;
const PER_LAG = 0.0025;
const MOST = 4;
// What is left of an echo that was predicted too low sounds like a voice: it takes longer to be believed.
const MOST_IN_ECHO = 2.8;
// A consonant between two vowels says little against the voice.
const LEAST = -0.3;
const CERTAIN = 24;
// A vowel, rather than not: what spans are measured by.
const VOWEL = 1.2;
// The echo's own harmonics lie between the caller's: vowels lose about this much clarity to it.
const LESS_IN_ECHO = 0.15;
// From this part of the energy on, the echo spoils the voice as much as it can.
const ECHO_SPOILS = 1 / 8;
// From this part on the period found jumps between the two voices and its going on means nothing.
const ECHO_MIXES = 1 / 16;
// 200 ms without a vowel: the voiced ends of two coughs lie farther apart and must not add up.
const GAP_FRAMES = 10;

/** The vowels of the last 400 ms, and how sure they are: what an interruption is judged by. */
export class ClearVoice {
  /** Sequential test (Page 1954): the sum of log-likelihood ratios in nats, never under 0. */
  certainty = 0;
  #bits = 0;

  /**
   * Once per frame. `clarity`: of what may be a voice, 0 when nothing may be; `lag`: its period in samples; `steady`: its period goes on from the frame
   * before; `echoShare`: how much of the frame's energy the assistant's echo can be, 0 … 1.
   */
  push(clarity: number, lag: number, steady: boolean, echoShare: number): void {
    let ratio = LEAST;
    if (clarity > 0) {
      const spoilt = clarity + PER_LAG * (USUAL_LAG - lag) + LESS_IN_ECHO * Math.min(1, echoShare / ECHO_SPOILS);
      const mixed = echoShare > ECHO_MIXES;
      const { from, slope } = steady || mixed ? STEADY : UNSTEADY;
      ratio = Math.max(LEAST, Math.min(mixed ? MOST_IN_ECHO : MOST, slope * (spoilt - from)));
    }
    this.certainty = Math.max(0, Math.min(CERTAIN, this.certainty + ratio));
    this.#bits = sinceLastGap(((this.#bits << 1) | (ratio > VOWEL ? 1 : 0)) & RECENT_MASK);
  }

  /** What was heard was the edge of a tone. */
  forget(): void {
    this.#bits = 0;
    this.certainty = 0;
  }

  /** Vowels of the last 400 ms. */
  get recentMs(): number {
    return countBits(this.#bits) * FRAME_MS;
  }
  /** From the first to the last of them: one vowel's length, or that of several syllables. */
  get spanMs(): number {
    const bits = this.#bits;
    return bits === 0 ? 0 : (Math.clz32(bits & -bits) - Math.clz32(bits) + 1) * FRAME_MS;
  }
  /** Number of them within the last `frames` frames. */
  framesWithin(frames: number): number {
    return countBits(this.#bits & ((1 << Math.min(RECENT_FRAMES, frames)) - 1));
  }
}

function sinceLastGap(bits: number): number {
  let gap = 0;
  for (let at = 0, rest = bits; rest !== 0; at++, rest >>>= 1) {
    gap = (rest & 1) === 1 ? 0 : gap + 1;
    // The silence since the newest vowel is no gap between two.
    const older = bits & ((1 << at) - 1);
    if (gap >= GAP_FRAMES && older !== 0) return older;
  }
  return bits;
}
