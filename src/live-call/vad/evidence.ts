import type { EchoSpectrum } from "./echo-spectrum.ts";
import { Fullness } from "./fullness.ts";
import { Liveliness } from "./liveliness.ts";
import { NoiseSpectrum } from "./noise-spectrum.ts";
import { FFT_SIZE, powerSpectrum, WINDOW_POWER } from "./spectrum.ts";
import { Steadiness } from "./steadiness.ts";
import { Syllables } from "./syllables.ts";
import { ToneTest } from "./tone.ts";
import { Voicing } from "./voicing.ts";

/** Tuned on the bench's tuning seeds only; see scripts/bench-vad. Contrast is in nepers of mean log signal-to-noise ratio. */
const evidenceSettings = {
  // Contrast from which a frame stands out. Noise alone gives 0.2, under 0.33 in 99 of 100 frames.
  contrast: 0.42,
  contrastSlope: 3,
  voicedContrast: 0.25,
  // In pure noise 1 of 100 frames is stronger than this; a loud breath is clearer than 0.6 in 1 of 20.
  strength: 0.28,
  clarity: 0.45,
  // A voice that stands out far is clear as well; a lorry that passes is not.
  clarityMore: 0.08,
  clarityContrast: 0.4,
  // So strong that no period before it is needed.
  strengthAlone: 0.72,
  // Sum of evidence at which an utterance starts: three clear vowel frames, or five doubtful ones.
  start: 4.5,
  // Sound that moves like speech needs less of it: at 0 dB over noise few frames stand out, but all of them move.
  startLess: 2,
  lively: { from: 1.1, to: 2 },
  most: 6,
  // Sounds must be shaped like a voice as well: clear vowels, or a spectrum that is not the noise's, only louder.
  voiceLike: 1.2,
  perVowel: 2,
  perPeak: 2.86,
  peakRate: 0.2,
  noisePeak: 0.45,
  // What was spoken without standing out (see Syllables). A crowd and music move like it.
  spoken: { score: 0, voiceLike: 0.2, voicedFrames: 2, musicMax: 0.4, crowdMax: 0.6 },
  against: -0.3,
  hidden: -0.1,
  voicedFrames: 3,
  // At 0 dB over noise the period found jumps between its multiples: two voiced frames more do instead of a steady one.
  unsteadyFrames: 2,
  livelyUnsteady: 1.5,
  // In music a start needs three or four voiced frames more of the last twelve: a note is found out 130 ms after it began.
  voicedFramesInMusic: 4,
  heldInMusic: 0.65,
  held: 0.78,
  musicRate: 0.02,
  musicFrom: 0.25,
  // A crowd or music: even sound for 1.5 s that is louder than the known noise.
  full: 0.82,
  fullOverNoise: 2,
  absorbFrames: 40,
  crowdForget: 0.993,
  crowdMargin: 0.08,
  crowdContrastMax: 0.6,
  // Half a second of sound without any voice is noise, whatever it is.
  unvoicedFrames: 25,
  // Sound that moves less than this (dB, see Liveliness) is noise, unless most of it is a held vowel.
  still: 1,
  heldVowelFrames: 7,
  // Sound without a voice keeps an utterance going only while it moves like one.
  livelyToGoOn: 1.6,
  // What moves more than this may be quiet speech: the noise hardly learns from it.
  livelyToLearn: 1.4,
} as const;

// A frame of noise is seldom 1.5 dB over its mean; what is not needs no spectrum to be called quiet.
const IDLE_ROOM = 1.4;
const IDLE_RATE = 0.1;
// Two seconds in, the noise is known well enough to look away.
const SKIP_FROM_FRAMES = 100;
// Quiet for 120 ms: every other frame is looked at. Fewer cost words at 0 dB over traffic, whose floor would be learnt late.
const CALM_FRAMES = 6;
const SKIP_IDLE = 1;
// Under the echo nothing is learnt: every fourth.
const SKIP_HIDDEN = 3;
// A frame that stands for two weighs more, but twice as much makes the floor rough.
const LEARN_MORE = 1.5;
// Far under the known noise: the noise has gone.
const NOISE_GONE = 0.05;
// A sound that begins, 9 dB over the noise, is judged when it fills the window of 50 ms: nothing is learnt from its edge.
const ONSET = 8;
const ONSET_FRAMES = 3;
// A crowd has voices in it; a lorry that passes has none.
const CROWD_VOICED_FRAMES = 3;
const RECENT_MASK = 0xfff;
const ENERGY_PER_POWER = 2 / (WINDOW_POWER * FFT_SIZE);
// Speech that only just stands out adds about as much energy as the noise has: 3 dB over the floor.
const THRESHOLD_OVER_FLOOR = 2;
// A quantile that follows: nine steps up for one down settles where a tenth of the frames lies above.
const QUANTILE_UP = 0.018;
const QUANTILE_DOWN = 0.002;
// Mean power under which even sound is line hiss (about -62 dBov).
const FULL_POWER_MIN = 1e5;

/** What each frame says for and against the caller speaking, and the running sum of it. */
export class Evidence {
  /** Periodic, moving, and with a period that goes on from the frame before (or is very clear). */
  voiced = false;
  /** How clear the period is of what may be a voice (see Voicing), 0 when nothing may be one. */
  clarity = 0;
  /** Period found, in samples. */
  get lag(): number {
    return this.#voicing.lag;
  }
  /** For how many frames the period has gone on so evenly that noise hardly ever does it, up to 2. */
  get steady(): number {
    return this.#voicing.steady;
  }
  /** Stands out of the noise like speech. */
  speechLike = false;
  /** An utterance begins with this frame. */
  starts = false;
  /** A running utterance goes on with this frame. */
  goesOn = false;
  /** A signal of the telephone network: what seemed voiced just before was its edge. */
  tone = false;
  /** It is one, or may still become one. */
  maybeTone = false;
  /** Frames since the evidence began to add up. */
  runFrames = 0;
  /** Mean square of the noise, in 16-bit units squared. */
  floor = 0;
  readonly #noise = new NoiseSpectrum();
  readonly #echo: EchoSpectrum;
  readonly #voicing = new Voicing();
  readonly #steady = new Steadiness();
  readonly #tone = new ToneTest();
  readonly #fullness = new Fullness();
  readonly #liveliness = new Liveliness();
  readonly #syllables = new Syllables();
  #framesSeen = 0;
  #score = 0;
  #maybeBits = 0;
  #voicedBits = 0;
  #unvoicedRun = 0;
  #music = 0;
  #crowd = 0;
  #peak: number = evidenceSettings.noisePeak;
  #crowdContrast: number = evidenceSettings.voicedContrast;
  #absorbFrames = 0;
  #idleEnergy = 0;
  #aboveNoise = 0;
  #calmFrames = 0;
  #loudFrames = 0;
  #skipped = 0;
  /** The frame's spectrum while it is the newest, null when nobody looked at it. */
  #analysed: Float64Array | null = null;

  constructor(echo: EchoSpectrum) {
    this.#echo = echo;
  }

  get calibrated(): boolean {
    return this.#noise.ready;
  }
  /** Mean square from which a frame can stand out of the noise. */
  get threshold(): number {
    return this.floor * THRESHOLD_OVER_FLOOR;
  }

  /**
   * `window`: mu-law bytes of the last 50 ms. `hidden`: echo may cover the frame; `faint`: too quiet for this caller; `frozen`: echo may be
   * part of it, nothing is learnt about the noise; `speaking`: an utterance is running; `settled`: and
   * nothing but its end matters. `energy`: mean square of the newest 20 ms.
   */
  push(
    window: Uint8Array,
    energy: number,
    hidden: boolean,
    faint: boolean,
    frozen: boolean,
    speaking: boolean,
    settled: boolean,
  ): void {
    this.#framesSeen++;
    this.#analysed = null;
    if (speaking && settled && this.#skipped === 0) this.#repeat();
    else if (!speaking && this.#canSkip(energy, hidden)) this.#skip();
    else this.#analyse(window, energy, hidden, faint, frozen, speaking);
  }

  #analyse(
    window: Uint8Array,
    energy: number,
    hidden: boolean,
    faint: boolean,
    frozen: boolean,
    speaking: boolean,
  ): void {
    const settings = evidenceSettings;
    const power = powerSpectrum(window);
    this.#analysed = power;
    const expected = this.#echo.over(this.#noise.power);
    const contrast = this.#noise.contrast(power, expected);
    const needed = this.#neededContrast();
    this.#peak += evidenceSettings.peakRate * (this.#noise.peakiness - this.#peak);
    this.#tone.push(power, this.#echo.likely, this.#noise.heard, this.#noise.total + this.#echo.likelyTotal);
    this.tone = this.#tone.sure;
    this.maybeTone = this.#tone.is;
    const held = this.#isHeld(power, expected);
    const masked = hidden || faint;
    const open = !held && !masked && contrast > Math.max(settings.voicedContrast, needed - 0.17);
    const maybe = this.#judgeVoice(power, expected, contrast) && open;
    this.#remember(maybe);
    this.#syllables.push(held || masked || frozen ? 0 : this.#voicing.clarity, frozen ? 0 : this.#noise.heard);
    this.speechLike = !held && (contrast > needed || maybe);
    const even = this.#followCrowd(hidden);
    this.#unvoicedRun = this.voiced || contrast < needed ? 0 : this.#unvoicedRun + 1;
    const noNoise = this.#unvoicedRun <= settings.unvoicedFrames && !even && !this.#isStill(power);
    if (!speaking && this.#noise.ready && this.#crowd > 0.05) {
      this.#crowdContrast += contrast > this.#crowdContrast ? QUANTILE_UP : -QUANTILE_DOWN;
    }
    this.#addUp(masked, held, maybe, contrast - needed, frozen);
    this.#loudFrames = energy > ONSET * this.floor ? this.#loudFrames + 1 : 0;
    // An answer may begin with the call: the first guess and a correction downwards cannot wait for its end.
    const noiseGone = contrast < NOISE_GONE && this.#noise.heard < this.#noise.total;
    const learns = !frozen || !this.#noise.ready || noiseGone;
    if (this.#framesSeen > 3 && learns)
      this.#learn(power, energy, this.#learningRate(contrast, held, noNoise, speaking));
    const lively = !this.#liveliness.ready || this.#liveliness.value > settings.livelyToGoOn;
    const standsOut = lively && contrast > Math.max(settings.contrast, needed - 0.1);
    this.goesOn = noNoise && !masked && !held && (standsOut || maybe);
    this.#calmFrames = this.#score > 0 || this.goesOn ? 0 : this.#calmFrames + 1;
    this.#skipped = 0;
  }

  #learn(power: Float64Array, energy: number, rate: number): void {
    this.#noise.learn(power, this.#skipped > 0 ? LEARN_MORE * rate : rate, 1 + this.#skipped);
    if (rate > 0) this.#idleEnergy += IDLE_RATE * (energy - this.#idleEnergy);
  }

  /** The frame just pushed was the assistant's echo and nobody else. */
  learnEcho(): void {
    if (this.#analysed !== null) this.#echo.learn(this.#analysed, this.#noise.power);
  }

  /** Nothing hangs on this frame: the line is at its noise floor, or under the echo, and no evidence is pending. */
  #canSkip(energy: number, hidden: boolean): boolean {
    if (this.#framesSeen < SKIP_FROM_FRAMES || this.#score > 0 || this.#calmFrames < CALM_FRAMES) return false;
    if (hidden) return this.#skipped < SKIP_HIDDEN;
    return energy < IDLE_ROOM * this.#idleEnergy && this.#skipped < SKIP_IDLE;
  }

  /** The frame is what the one before was. */
  #repeat(): void {
    this.#maybeBits = ((this.#maybeBits << 1) | (this.#maybeBits & 1)) & RECENT_MASK;
    this.#voicedBits = ((this.#voicedBits << 1) | (this.#voicedBits & 1)) & RECENT_MASK;
    if (this.#unvoicedRun > 0) this.#unvoicedRun++;
    this.#pass();
  }

  /** The frame is noise. */
  #skip(): void {
    this.#calmFrames++;
    this.#maybeBits = (this.#maybeBits << 1) & RECENT_MASK;
    this.#voicedBits = (this.#voicedBits << 1) & RECENT_MASK;
    this.voiced = this.speechLike = this.starts = this.goesOn = this.tone = this.maybeTone = false;
    this.clarity = 0;
    this.runFrames = 0;
    this.#pass();
  }

  /** Time goes on for what counts frames. */
  #pass(): void {
    this.#skipped++;
    if (this.#absorbFrames > 0) this.#absorbFrames--;
    this.#liveliness.repeat();
    this.#syllables.repeat();
    this.#fullness.push(this.#aboveNoise);
  }

  /** An utterance has ended: the next one starts from nothing. */
  restart(): void {
    this.#score = 0;
    this.runFrames = 0;
    this.#syllables.restart();
  }

  /** Higher while a crowd talks: by what its own frames reach one time in ten. */
  #neededContrast(): number {
    const settings = evidenceSettings;
    const more = Math.max(0, this.#crowdContrast + settings.crowdMargin - settings.contrast);
    return settings.contrast + Math.min(1, 2 * this.#crowd) * Math.min(settings.crowdContrastMax, more);
  }

  #isStill(power: Float64Array): boolean {
    const settings = evidenceSettings;
    this.#liveliness.push(power);
    if (!this.#liveliness.ready || this.#liveliness.value > settings.still) return false;
    return countBits(this.#voicedBits) < settings.heldVowelFrames;
  }

  #isHeld(power: Float64Array, noise: Float32Array): boolean {
    const settings = evidenceSettings;
    this.#steady.push(power, noise, 1 + this.#skipped);
    const steady = this.#steady.value;
    const inMusic = this.#music > settings.musicFrom;
    this.#music += settings.musicRate * ((steady > settings.heldInMusic ? 1 : 0) - this.#music);
    return this.#tone.is || steady > (inMusic ? settings.heldInMusic : settings.held);
  }

  #judgeVoice(power: Float64Array, noise: Float32Array, contrast: number): boolean {
    const settings = evidenceSettings;
    // Half of the cost of a frame, and three of four frames of noise end here.
    if (contrast <= settings.voicedContrast) {
      this.#voicing.skip();
      return false;
    }
    this.#voicing.measure(power, noise);
    const far = Math.max(0, Math.min(1, (contrast - settings.voicedContrast) / settings.clarityContrast));
    const { strength, clarity } = this.#voicing;
    return strength > settings.strength && clarity > settings.clarity + settings.clarityMore * far;
  }

  #remember(maybe: boolean): void {
    const settings = evidenceSettings;
    const voicing = this.#voicing;
    this.voiced = maybe && (voicing.continues || voicing.strength > settings.strengthAlone);
    this.clarity = maybe ? voicing.clarity : 0;
    this.#maybeBits = ((this.#maybeBits << 1) | (maybe ? 1 : 0)) & RECENT_MASK;
    this.#voicedBits = ((this.#voicedBits << 1) | (this.voiced ? 1 : 0)) & RECENT_MASK;
  }

  /** True while the last 1.5 s were filled so evenly that they are learnt as noise. */
  #followCrowd(hidden: boolean): boolean {
    const settings = evidenceSettings;
    const { heard, expected, total: noise } = this.#noise;
    this.floor = noise * ENERGY_PER_POWER;
    const fullness = this.#fullness;
    this.#aboveNoise = hidden ? 0 : Math.max(0, heard - expected);
    fullness.push(this.#aboveNoise);
    if (fullness.value > settings.full && fullness.mean > Math.max(FULL_POWER_MIN, settings.fullOverNoise * noise)) {
      this.#absorbFrames = settings.absorbFrames;
      if (countBits(this.#maybeBits) >= CROWD_VOICED_FRAMES) this.#crowd = 1;
    } else {
      this.#crowd *= settings.crowdForget;
    }
    if (this.#absorbFrames === 0) return false;
    this.#absorbFrames--;
    return true;
  }

  #addUp(masked: boolean, held: boolean, maybe: boolean, over: number, frozen: boolean): void {
    const settings = evidenceSettings;
    let weight = Math.max(settings.against, Math.min(1, settings.contrastSlope * over)) + (maybe ? 1 : 0);
    if (held) weight = settings.against;
    if (masked) weight = settings.hidden;
    if (this.#noise.ready) this.#score = Math.max(0, Math.min(settings.most, this.#score + weight));
    if (this.tone) {
      this.#score = 0;
      this.#maybeBits = 0;
      this.#voicedBits = 0;
    }
    this.runFrames = this.#score > 0 ? this.runFrames + 1 : 0;
    // Where echo may be part of the sound, its shape says nothing.
    this.starts = this.#isEnough() && (frozen || this.#voiceLike() > settings.voiceLike);
    if (!this.starts && maybe && !frozen) this.starts = this.#isSpoken();
  }

  #isEnough(): boolean {
    const settings = evidenceSettings;
    const moves = this.#liveliness.value;
    const { from, to } = settings.lively;
    const less = settings.startLess * Math.max(0, Math.min(1, (moves - from) / (to - from)));
    if (this.#score < settings.start - less) return false;
    const needed = settings.voicedFrames + settings.voicedFramesInMusic * this.#music;
    const vowel = (this.#voicedBits & (this.#voicedBits >> 1)) !== 0;
    const found = countBits(this.#maybeBits);
    return (vowel && found >= needed) || (moves > settings.livelyUnsteady && found >= needed + settings.unsteadyFrames);
  }

  /** Speech at 10 dB over noise reaches 1.2 with its first vowel; traffic that comes nearer has the colour of the noise before, and stays under it. */
  #voiceLike(): number {
    const settings = evidenceSettings;
    return settings.perVowel * this.#syllables.vowels + settings.perPeak * (this.#peak - settings.noisePeak);
  }

  /** Nothing stands out enough, but all of it together is speech. */
  #isSpoken(): boolean {
    const { spoken } = evidenceSettings;
    if (this.#music > spoken.musicMax || this.#crowd > spoken.crowdMax) return false;
    if (countBits(this.#maybeBits) < spoken.voicedFrames || this.#syllables.score < spoken.score) return false;
    return this.#voiceLike() >= spoken.voiceLike;
  }

  #learningRate(contrast: number, held: boolean, noNoise: boolean, speaking: boolean): number {
    if (contrast < NOISE_GONE) return 0.35;
    if (this.#loudFrames > 0 && this.#loudFrames <= ONSET_FRAMES) return 0;
    // Of noise it has only the evenness; learnt as noise, the next key would be taken for a voice.
    if (this.maybeTone) return 0;
    if (!noNoise || (held && contrast > 0.2 && this.#music > evidenceSettings.musicFrom)) return 0.12;
    if (speaking || this.#score >= 1) return 0;
    return this.#liveliness.value > evidenceSettings.livelyToLearn ? 0.01 : 0.06;
  }
}

/** Number of set bits. */
export function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
