import { MULAW_TO_LINEAR } from "../../audio/mulaw.ts";
import { RealFft } from "./fft.ts";

/** Transform length; one bin is 15.6 Hz. */
export const FFT_SIZE = 512;
export const BIN_HZ = 8_000 / FFT_SIZE;
/** First bin and bin after the last of what a telephone line lets through: 250-3,500 Hz. */
export const FIRST_BIN = 16;
export const BINS = 208;
// 50 ms: three periods of the lowest voice, so that its harmonics stand apart.
export const WINDOW_SAMPLES = 400;

/** Sum of the squared window: power of a bin per mean square of white noise. */
export const WINDOW_POWER = 150;

const hann = Float64Array.from(
  { length: WINDOW_SAMPLES },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / WINDOW_SAMPLES),
);

/**
 * The transform and the buffers of a frame in work are one for all calls: a hundred detectors take turns, and what each
 * brings along must come from far memory every time. Only what a detector remembers is its own.
 */
const fft = new RealFft(FFT_SIZE);
const power = new Float64Array(BINS);
const linear = Float64Array.from(MULAW_TO_LINEAR);

/**
 * Short-time power spectrum of the last 50 ms: `window` holds WINDOW_SAMPLES mu-law bytes, oldest first. Entry i of the
 * result belongs to bin FIRST_BIN + i; it is valid until the next call, for whatever detector.
 */
export function powerSpectrum(window: Uint8Array): Float64Array {
  ringSpectrum(window, WINDOW_SAMPLES, -1, power);
  return power;
}

/** The same of the WINDOW_SAMPLES bytes before index `end` of a ring whose length is `mask` + 1, a power of two, into `out`. */
export function ringSpectrum(ring: Uint8Array, end: number, mask: number, out: Float64Array): void {
  const { re, im, place } = fft;
  const from = end - WINDOW_SAMPLES;
  for (let i = 0; i < WINDOW_SAMPLES; i += 2) {
    const at = place[i >> 1]!;
    re[at] = linear[ring[(from + i) & mask]!]! * hann[i]!;
    im[at] = linear[ring[(from + i + 1) & mask]!]! * hann[i + 1]!;
  }
  for (let pair = WINDOW_SAMPLES >> 1; pair < FFT_SIZE >> 1; pair++) {
    re[place[pair]!] = 0;
    im[place[pair]!] = 0;
  }
  fft.power(out, FIRST_BIN, FIRST_BIN + BINS);
}
