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

/** Short-time power spectrum of the last 50 ms. `power[i]` belongs to bin FIRST_BIN + i. */
export class Spectrum {
  readonly power: Float64Array = new Float64Array(BINS);
  readonly #fft = new RealFft(FFT_SIZE);
  readonly #windowed = new Float64Array(FFT_SIZE);

  /** `samples`: the last WINDOW_SAMPLES samples, oldest first. */
  analyse(samples: Float64Array): void {
    const windowed = this.#windowed;
    for (let i = 0; i < WINDOW_SAMPLES; i++) windowed[i] = samples[i]! * hann[i]!;
    this.#fft.power(windowed, this.power, FIRST_BIN, FIRST_BIN + BINS);
  }
}
