import { RealFft } from "./fft.ts";
import { FFT_SIZE, FIRST_BIN, WINDOW_SAMPLES } from "./spectrum.ts";

// 250-2,250 Hz: where the harmonics of a voice stand out of the noise.
const HARMONIC_BINS = 128;
// 66-400 Hz at 8 kHz.
const SHORTEST_LAG = 20;
const LONGEST_LAG = 120;
// The mean over this many bins on either side is the envelope (formants, tilt); harmonics are what stands above it.
const ENVELOPE_BINS = 6;
// Amplitudes instead of powers, and no more than 30 dB: one loud harmonic must not decide alone.
const EXCESS_MAX = 30;
// Keeps a frame of pure noise, in which only a few bins stand out by chance, from looking periodic.
const NOISE_WEIGHT = 40;
// A voice changes its pitch by up to 8 % in 20 ms.
const LAG_CHANGE = 0.1;
// Hardly any voice moves by more than this in most of its frames, and noise rarely by less.
const STEADY_CHANGE = 0.045;
const STEADY_CHANGE_OF_TWO = 0.06;
const TAPER_MIN = 0.45;

// The analysis window makes every periodicity fade with its lag; dividing by it makes low voices count like high ones.
const taper = Float64Array.from({ length: LONGEST_LAG + 2 }, (_, lag) =>
  Math.max(TAPER_MIN, 0.5 + 0.5 * Math.cos((2 * Math.PI * lag) / WINDOW_SAMPLES)),
);

// A frame in work: one for all detectors.
const excess = new Float64Array(HARMONIC_BINS);
const harmonics = new Float64Array(HARMONIC_BINS);
const LAGS = LONGEST_LAG + 2;
const correlation = new Float64Array(LAGS);
// The correlation is the transform of a spectrum that is even: a real transform of half the length does.
const HALF = FFT_SIZE / 2;
const fft = new RealFft(HALF);
const even = new Float64Array(LAGS / 2);
const odd = new Float64Array(LAGS / 2);
const folded = new Float64Array(HALF);
const cos = Float64Array.from({ length: HALF }, (_, k) => Math.cos((Math.PI * k) / HALF));
const sin = Float64Array.from({ length: HALF }, (_, k) => Math.sin((Math.PI * k) / HALF));

/**
 * How periodic the part of a frame is that stands out of the noise: the peak of the autocorrelation, taken from the
 * signal-to-noise ratios of the bins instead of their power, so that neither the colour nor the level of the noise matters.
 */
export class Voicing {
  /** 0 … about 1: periodicity against everything that stands out and the noise. Tells a voice from the noise floor. */
  strength = 0;
  /** 0 … about 1: periodicity of what stands out alone. Tells a voice from a breath, however loud both are. */
  clarity = 0;
  /** The period goes on from the frame before, as that of a voice does and that of noise does only by chance. */
  continues = false;
  /**
   * It goes on so evenly that noise hardly ever does it: 1 from the frame before, 2 from the one before that as well. Two frames in
   * a row share more than half of their samples, so that a hiss may seem to do it once; the third hardly shares any with the first.
   */
  steady = 0;
  /** Period in samples (8 kHz) of the strongest periodicity; 0 = none. */
  lag = 0;
  #lagBefore = 0;

  /** A frame that is not worth measuring. */
  skip(): void {
    this.strength = 0;
    this.clarity = 0;
    this.#lagBefore = this.lag;
    this.lag = this.steady = 0;
    this.continues = false;
  }

  /** `power` and `noise` by bin from FIRST_BIN on. */
  measure(power: Float64Array, noise: Float32Array): void {
    const total = spread(power, noise);
    correlate();
    const lagEarlier = this.#lagBefore;
    const lagBefore = this.lag;
    this.#lagBefore = lagBefore;
    let best = 0;
    this.lag = 0;
    for (let lag = SHORTEST_LAG; lag <= LONGEST_LAG; lag++) {
      const here = correlation[lag]!;
      if (here < correlation[lag - 1]! || here < correlation[lag + 1]!) continue;
      const value = here / taper[lag]!;
      if (value <= best) continue;
      best = value;
      this.lag = lag;
    }
    this.strength = best / (total + NOISE_WEIGHT);
    this.clarity = total > 0 ? best / total : 0;
    this.continues = this.lag > 0 && Math.abs(this.lag - lagBefore) <= LAG_CHANGE * lagBefore;
    this.steady = !isSteady(this.lag, lagBefore, 1) ? 0 : isSteady(this.lag, lagEarlier, 2) ? 2 : 1;
  }
}

/** The same voice is often found at twice its period, or half of it. */
function isSteady(lag: number, before: number, frames: number): boolean {
  if (lag === 0 || before === 0) return false;
  const most = (frames === 1 ? STEADY_CHANGE : STEADY_CHANGE_OF_TWO) * before;
  return Math.abs(lag - before) <= most || Math.abs(lag - 2 * before) <= 2 * most || Math.abs(2 * lag - before) <= most;
}

/** Writes the harmonics' excess over the envelope; returns its total magnitude, of either side of the spectrum. */
function spread(power: Float64Array, noise: Float32Array): number {
  for (let k = 0; k < HARMONIC_BINS; k++) {
    const heard = power[k]!;
    const known = noise[k]!;
    excess[k] = heard > known ? Math.min(EXCESS_MAX, Math.sqrt(heard / known) - 1) : 0;
  }
  let sum = 0;
  let total = 0;
  for (let k = 0; k < ENVELOPE_BINS; k++) sum += excess[k]!;
  for (let k = 0; k < HARMONIC_BINS; k++) {
    const enter = k + ENVELOPE_BINS;
    const leave = k - ENVELOPE_BINS - 1;
    if (enter < HARMONIC_BINS) sum += excess[enter]!;
    if (leave >= 0) sum -= excess[leave]!;
    const width = Math.min(enter, HARMONIC_BINS - 1) - Math.max(leave + 1, 0) + 1;
    const above = excess[k]! - sum / width;
    harmonics[k] = above;
    total += 2 * Math.abs(above);
  }
  return total;
}

/**
 * Cosine transform of `harmonics` into `correlation` (Numerical Recipes, section 12.3): the spectrum is folded so that even lags are
 * the real parts of a transform of half the length, and odd lags the running sums of its imaginary parts.
 */
function correlate(): void {
  folded.fill(0);
  let first = 0;
  for (let k = 0; k < HARMONIC_BINS; k++) {
    const bin = FIRST_BIN + k;
    const value = harmonics[k]!;
    folded[bin]! += value * (1 - 2 * sin[bin]!);
    folded[HALF - bin]! += value * (1 + 2 * sin[bin]!);
    first += value * cos[bin]!;
  }
  const { re, im, place } = fft;
  for (let i = 0; i < HALF; i += 2) {
    re[place[i >> 1]!] = folded[i]!;
    im[place[i >> 1]!] = folded[i + 1]!;
  }
  fft.parts(even, odd, LAGS / 2);
  correlation[0] = even[0]!;
  correlation[1] = 2 * first;
  for (let k = 1; k < LAGS / 2; k++) {
    correlation[2 * k] = even[k]!;
    correlation[2 * k + 1] = correlation[2 * k - 1]! - odd[k]!;
  }
}
