import { Fullness } from "./fullness.ts";
import { isKeypadTone } from "./keypad-tone.ts";
import { NoiseSpectrum } from "./noise-spectrum.ts";
import { BINS, Spectrum } from "./spectrum.ts";
import { Steadiness } from "./steadiness.ts";
import { Voicing } from "./voicing.ts";

export const T: Record<string, number> = {
  voiced: 0.38,
  sure: 0.6,
  d0: 0.42,
  k: 3,
  start: 4.5,
  need: 3,
  strict: 2,
  keep: 0.42,
  rate: 0.06,
  eMin: -0.6,
  eMask: -0.3,
  held: 0.5,
  hRate: 0.12,
  mRate: 0.02,
  mNeed: 5,
  full: 0.8,
  over: 1,
  absorb: 40,
  bDecay: 0.997,
  fmin: 1e5,
  dq: 0.12,
  dMax: 0.6,
  dStep: 0.02,
  fast: 0.12,
  stale: 25,
};

// Energy of white noise with window power 1: turns bin power into mean square (sum of squared Hann window = 150).
const WINDOW_POWER = 150;

/** What each frame says for and against the caller speaking, and the running sum of it. */
export class Evidence {
  /** The frame holds a voice: periodic, moving, and the period goes on from the frame before or is very clear. */
  voiced = false;
  /** Stands out of the noise like speech. */
  speechLike = false;
  /** An utterance begins with this frame. */
  starts = false;
  /** A running utterance goes on with this frame. */
  goesOn = false;
  /** Frames since the evidence began to add up. */
  runFrames = 0;
  /** Energy of the noise, and from which on a frame stands out of it (16-bit units squared). */
  floor = 0;
  threshold = 0;
  readonly #spectrum = new Spectrum();
  readonly #noise = new NoiseSpectrum();
  readonly #voicing = new Voicing();
  readonly #steady = new Steadiness();
  readonly #fullness = new Fullness();
  #score = 0;
  #weakBits = 0;
  #strictBits = 0;
  #sinceVoiced = 1000;
  #music = 0;
  #background = 0;
  #absorb = 0;
  #noisy = 0.25;
  #framesSeen = 0;
  #d = 0;
  dbg() {
    return `d=${this.#d.toFixed(2)} v=${this.#voicing.strength.toFixed(2)} st=${this.#steady.value.toFixed(2)} s=${this.#score.toFixed(1)} ${this.voiced ? "V" : ""}${this.speechLike ? "L" : ""}`;
  }

  get calibrated(): boolean {
    return this.#noise.ready;
  }

  push(samples: Float64Array, echo: boolean, faint: boolean, speaking: boolean): void {
    const masked = echo || faint;
    this.#framesSeen++;
    this.#spectrum.analyse(samples);
    const power = this.#spectrum.power;
    const noise = this.#noise.power;
    const d = this.#noise.contrast(power);
    this.#d = d;
    const d0 = T.d0! + Math.min(1, 2 * this.#background) * Math.min(T.dMax!, Math.max(0, this.#noisy + T.dq! - T.d0!));
    this.#voicing.measure(power, noise);
    this.#steady.push(power, noise);
    const held = this.#steady.value > T.held! || isKeypadTone(power, noise);
    this.#music += T.mRate! * ((held ? 1 : 0) - this.#music);
    const weak = !held && !masked && this.#voicing.strength > T.voiced! && d > Math.max(0.25, d0 - 0.17);
    this.voiced = weak && (this.#voicing.strength > T.sure! || this.#voicing.continues);
    let total = 0;
    let floor = 0;
    for (let k = 0; k < BINS; k++) {
      total += power[k]!;
      floor += noise[k]!;
    }
    this.floor = (2 * floor) / (WINDOW_POWER * 512);
    this.threshold = this.floor * 2;
    this.#fullness.push(echo ? 0 : Math.max(0, total - floor));
    if (this.#fullness.value > T.full! && this.#fullness.mean > T.over! * floor && this.#fullness.mean > T.fmin!) {
      this.#absorb = T.absorb!;
      this.#background = 1;
    } else this.#background *= T.bDecay!;
    const full = this.#absorb > 0;
    if (full) this.#absorb--;
    this.#sinceVoiced = this.voiced ? 0 : this.#sinceVoiced + 1;
    this.#weakBits = ((this.#weakBits << 1) | (weak ? 1 : 0)) & 0xfff;
    this.#strictBits = ((this.#strictBits << 1) | (this.voiced ? 1 : 0)) & 0xfff;
    this.speechLike = !held && (d > d0 || weak);
    const e = masked ? T.eMask! : held ? T.eMin! : Math.max(T.eMin!, Math.min(1, T.k! * (d - d0))) + (weak ? 1 : 0);
    if (this.#noise.ready) this.#score = Math.max(0, Math.min(6, this.#score + e));
    this.runFrames = this.#score > 0 ? this.runFrames + 1 : 0;
    const stale = (this.#sinceVoiced > T.stale! && !echo) || full;
    if (!speaking && this.#noise.ready && this.#background > 0.05)
      this.#noisy += d > this.#noisy ? 0.9 * T.dStep! : -0.1 * T.dStep!;
    const rate = echo
      ? 0
      : d < 0.05
        ? 0.35
        : held && d > 0.2
          ? T.hRate!
          : speaking && !stale
            ? 0
            : stale
              ? T.fast!
              : this.#score < 1.5
                ? T.rate!
                : 0;
    if (this.#framesSeen > 3 && !echo) this.#noise.learn(power, rate);
    this.goesOn = !masked && !held && (d > Math.max(T.keep!, d0 - 0.1) || weak) && !stale;
    this.starts =
      this.#score >= T.start! &&
      pop(this.#weakBits) >= T.need! + T.mNeed! * this.#music &&
      pop(this.#strictBits) >= T.strict!;
  }

  restart(): void {
    this.#score = 0;
    this.runFrames = 0;
  }
}
function pop(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
