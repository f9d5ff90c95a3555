import { fastLog2 } from "./fast-log.ts";

// 0.64 s: two or three syllables, so that what no single frame shows can add up.
const FRAMES = 32;
// The tail of what was said before, still in the analysis window.
const EDGE_FRAMES = 5;
const VOWEL_FRAMES = 8;
const SMOOTHED_FRAMES = 3;
// One of fifty frames of noise that stand out is clearer than this by chance.
const CLEAR_FROM = 0.5;
// One loud vowel is not a sentence.
const CLEAR_TO = 0.75;
// Power of a line that hisses (see NoiseSpectrum): under it loudness means nothing.
const POWER_MIN = 5e6;
// Weights of a logistic regression: windows of speech at 0 and 5 dB over noise against windows of noise.
const PER_CLEARNESS = 274;
const PER_OCTAVE = 22.4;
const OFFSET = -11;
// Of a straight line through the window: its middle, and the sum of the squared distances from it.
const MIDDLE = (FRAMES - 1) / 2;
const DISTANCES = (FRAMES * (FRAMES ** 2 - 1)) / 12;

/**
 * Whether the last 0.64 s, taken together, were spoken: vowels a little clearer than noise seldom is, in a sound whose loudness
 * moves as syllables move it: up and down around its trend, as a lorry that comes nearer only gets louder. Finds speech that no
 * frame of stands out enough; a hiss is never clear.
 */
export class Syllables {
  /** Clearness of the last 160 ms, summed. Speech at 10 dB over noise and more: over 0.23 in 995 of 1,000 onsets; passing traffic that was taken for speech: under it ten times of twelve. */
  vowels = 0;
  readonly #clear = new Float32Array(FRAMES);
  readonly #loud = new Float32Array(FRAMES);
  readonly #powers = new Float32Array(SMOOTHED_FRAMES);
  #clearSum = 0;
  #loudSum = 0;
  #loudSquares = 0;
  /** Sum of loudness times its place in the window, the oldest at 0. */
  #loudPlaces = 0;
  #at = 0;
  #powerAt = 0;
  #seen: number = -EDGE_FRAMES;
  #loudness = 0;

  /** Log-likelihood ratio in nats of speech against noise; far under 0 until 0.64 s were heard. */
  get score(): number {
    if (this.#seen < FRAMES) return OFFSET;
    const mean = this.#loudSum / FRAMES;
    const trend = this.#loudPlaces - MIDDLE * this.#loudSum;
    const squares = this.#loudSquares - mean * this.#loudSum - (trend * trend) / DISTANCES;
    const deviation = Math.sqrt(Math.max(0, squares / FRAMES));
    return PER_CLEARNESS * (this.#clearSum / FRAMES) + PER_OCTAVE * deviation + OFFSET;
  }

  /** Once per analysed frame: clarity of what may be a voice (0 when nothing may) and power of the frame. */
  push(clarity: number, power: number): void {
    const powers = this.#powers;
    powers[this.#powerAt] = power;
    this.#powerAt = (this.#powerAt + 1) % SMOOTHED_FRAMES;
    let sum = POWER_MIN;
    for (let k = 0; k < SMOOTHED_FRAMES; k++) sum += powers[k]!;
    this.#loudness = fastLog2(sum);
    this.#add(Math.max(0, Math.min(CLEAR_TO, clarity) - CLEAR_FROM));
  }

  /** A frame that was not analysed: as loud as the one before, and no vowel. */
  repeat(): void {
    this.#add(0);
  }

  /** An utterance has ended: its loudness says nothing about what comes. */
  restart(): void {
    this.#clear.fill(0);
    this.#loud.fill(0);
    this.#clearSum = this.#loudSum = this.#loudSquares = this.#loudPlaces = this.vowels = this.#at = 0;
    this.#seen = -EDGE_FRAMES;
  }

  #add(clear: number): void {
    if (this.#seen < 0) {
      this.#seen++;
      return;
    }
    const at = this.#at;
    const clearBefore = this.#clear[at]!;
    const loudBefore = this.#loud[at]!;
    this.#clear[at] = clear;
    this.#loud[at] = this.#loudness;
    const clearNow = this.#clear[at]!;
    const loudNow = this.#loud[at]!;
    this.#clearSum += clearNow - clearBefore;
    this.#loudPlaces += (FRAMES - 1) * loudNow - (this.#loudSum - loudBefore);
    this.#loudSum += loudNow - loudBefore;
    this.#loudSquares += loudNow * loudNow - loudBefore * loudBefore;
    this.vowels += clearNow - this.#clear[(at + FRAMES - VOWEL_FRAMES) % FRAMES]!;
    this.#at = at + 1 === FRAMES ? 0 : at + 1;
    if (this.#seen < FRAMES) this.#seen++;
  }
}
