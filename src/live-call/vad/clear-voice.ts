import { countBits } from "./evidence.ts";

const FRAME_MS = 20;
// 20 frames: 400 ms.
const RECENT_MASK = 0xf_ffff;
const RECENT_FRAMES = 20;
/**
 * Log-likelihood ratio of a frame, voice against breath and cough, as measured on 60,000 frames of breath, 100,000 of coughs and
 * 25,000 of voices: it grows with the clarity of the period, and faster when the period stays where it was one and two frames
 * before, which noise does by chance only.
 */
const BY_STEADINESS = [
  { from: 0.61, slope: 10 },
  { from: 0.6, slope: 20 },
  { from: 0.55, slope: 30 },
] as const;
const STEADIEST = BY_STEADINESS.length - 1;
// Chance finds long periods more often than short ones: that much less, or more, clarity is needed per sample.
const USUAL_LAG = 70;
const PER_LAG = 0.0025;
// Three surely clear frames are enough: of 600 coughs no voiced end is as clear for so long.
const MOST = 8;
// What is left of an echo that was predicted too low sounds like a voice: where echo is half of the energy, it takes longer to be believed.
const MOST_IN_ECHO = 2.8;
const ECHO_HALF = 1 / 2;
// A consonant between two vowels says little against the voice; one that lasts longer than any, twice as much.
const LEAST = -0.3;
const LEAST_LATER = -0.6;
const CONSONANT_FRAMES = 3;
// Half of the frames of a breath that seem to have a period are as unclear as this, and 4 of 100 of a voice.
const LEAST_UNCLEAR = -1.2;
const CERTAIN = 24;
// A vowel, rather than not: what spans are measured by.
const VOWEL = 1.2;
// The echo's own harmonics lie between the caller's: where it is half of the energy, vowels lose about this much clarity to it.
const LESS_IN_ECHO = 0.15;
// The echo's likely energy, of a limit that lies 7 dB over it, and 3 dB because it fluctuates: what is left is the caller's.
const ECHO_OF_LIMIT = 0.35;
// From this part on the period found jumps between the two voices and its going on means nothing.
const ECHO_MIXES = 1 / 16;
/**
 * Vowels are the loud part of speech: 3 dB over the hiss before them in 60 of 100 frames, and in 5 of 100 frames of a breath that
 * seem clear. The voiced end of a cough is what is left of it: 6 dB under its burst in 77 of 100, vowels in 16. In nats per dB.
 */
const RISE = { slope: 0.4, fromDb: 3, most: 2, underDb: -6, least: -4 };
// The hiss is forgotten by 1 dB a frame, and is one when it has 6 dB over the noise.
const HISS_FALLS = 0.79;
const HISS_OVER_NOISE = 4;
const DB = 10 / Math.LN10;
// 200 ms without a vowel: the voiced ends of two coughs lie farther apart and must not add up.
const GAP_FRAMES = 10;

/** The vowels of the last 400 ms, and how sure they are: what an interruption is judged by. */
export class ClearVoice {
  /** Sequential test (Page 1954): the sum of log-likelihood ratios in nats, never under 0. */
  certainty = 0;
  #bits = 0;
  #nearBits = 0;
  /** Energy of the loudest of the last frames that were no vowel. */
  #hiss = 0;
  #framesSinceVowel = 0;

  /**
   * Once per frame. `clarity`: of what may be a voice, 0 when nothing may be; `lag`: its period in samples; `steady`: its period goes on
   * from this many frames before (0-2); `energy` of the frame, and how much of that the assistant's echo can be (`limit`) and the line's noise is; `near`: what this caller reaches.
   */
  push(clarity: number, lag: number, steady: number, energy: number, limit: number, noise: number, near: number): void {
    const echoShare = energy > 0 ? Math.min(1, limit / energy) : 0;
    const most = Math.max(MOST_IN_ECHO, MOST - ((MOST - MOST_IN_ECHO) * echoShare) / ECHO_HALF);
    let ratio = Math.min(most, clearness(clarity, lag, steady, echoShare));
    const hiss = this.#hiss;
    const vowel = ratio > VOWEL;
    this.#hiss = Math.max(hiss * HISS_FALLS, vowel || echoShare === 1 ? 0 : energy);
    this.#framesSinceVowel = vowel ? 0 : this.#framesSinceVowel + 1;
    if (ratio > 0 && hiss > HISS_OVER_NOISE * noise) ratio = Math.min(most, ratio + rise(energy / hiss));
    if (ratio <= 0 && this.#framesSinceVowel > CONSONANT_FRAMES) ratio = Math.min(ratio, LEAST_LATER);
    this.certainty = Math.max(0, Math.min(CERTAIN, this.certainty + ratio));
    const clear = ratio > VOWEL;
    this.#bits = sinceLastGap(((this.#bits << 1) | (clear ? 1 : 0)) & RECENT_MASK);
    const isNear = clear && energy - ECHO_OF_LIMIT * limit >= near;
    this.#nearBits = ((this.#nearBits << 1) | (isNear ? 1 : 0)) & RECENT_MASK;
  }

  /** What was heard was the edge of a tone. */
  forget(): void {
    this.#bits = 0;
    this.#nearBits = 0;
    this.#hiss = 0;
    this.certainty = 0;
  }

  /** Vowels of the last 400 ms. */
  get recentMs(): number {
    return countBits(this.#bits) * FRAME_MS;
  }
  /** Of them, those as loud as this caller's: somebody else in the room has none. */
  get nearMs(): number {
    return countBits(this.#nearBits) * FRAME_MS;
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

function clearness(clarity: number, lag: number, steady: number, echoShare: number): number {
  if (clarity <= 0) return LEAST;
  const spoilt = clarity + PER_LAG * (USUAL_LAG - lag) + LESS_IN_ECHO * Math.min(1, echoShare / ECHO_HALF);
  const { from, slope } = BY_STEADINESS[echoShare > ECHO_MIXES ? STEADIEST : steady]!;
  return Math.max(LEAST_UNCLEAR, slope * (spoilt - from));
}

function rise(overHiss: number): number {
  const db = DB * Math.log(overHiss);
  if (db > RISE.fromDb) return Math.min(RISE.most, RISE.slope * (db - RISE.fromDb));
  return db < RISE.underDb ? Math.max(RISE.least, RISE.slope * (db - RISE.underDb)) : 0;
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
