import { BIN_HZ, BINS, FIRST_BIN } from "./spectrum.ts";

// A tone's power lies within 80 Hz of its peak, the two tones of a ring-back (40-50 Hz apart) included.
const LOBE_BINS = 5;
// Voices spread their power over more harmonics.
const SHARE_MIN = 0.95;
// An open vowel has its formants where a keypad has its tones, but not all its power in 2 x 110 Hz.
const PAIR_SHARE_MIN = 0.92;
const PAIR_LOBE_BINS = 3;
// Under 5 dB over the noise the remainder is too thin to mean anything.
const OVER_NOISE = 3;
// A voice that happens to be one harmonic moves by more than this (6 Hz) within 80 ms; a tone does not.
const DRIFT_BINS = 0.4;
const LAG_FRAMES = 4;
// Longer than the benefit of the doubt that a tone has: a low vowel with few harmonics gets it too, and must not lose what was heard.
const SURE_FRAMES = 5;
// The window still holds the tone's edge for 50 ms after its end.
const AFTER_FRAMES = 3;
// ITU-T Q.23 keypad: one tone of 697-941 Hz and one of 1,209-1,633 Hz, and up to 12 dB between them.
const ROWS = { from: bin(660), to: bin(980) };
const COLUMNS = { from: bin(1_160), to: bin(1_680) };
const TWIST = 16;
// Dial tones begin at 350 Hz. Under that a harmonic that is nearly alone is a closed vowel, whose first formant lies at
// 250-330 Hz, on a pitch of 150 Hz; a hum is quite alone.
const LOWEST = bin(335);
const HUM_SHARE_MIN = 0.995;

/** Recognises the signals of telephones: keypad tones, and single tones (ring-back, busy, fax, information tones). */
export class ToneTest {
  /** The frame is a tone, or may still become one. */
  is = false;
  /** Five in a row: what sounded like a voice just before was the tone's edge. */
  sure = false;
  readonly #centres = new Float32Array(LAG_FRAMES + 1);
  #run = 0;
  #after = 0;
  #at = 0;

  /**
   * Once per frame. `power` and the assistant's likely `echo` by bin from FIRST_BIN on (null: none); `total` and `floor`: their
   * sums, the noise counted to the floor. An echo that is taken for louder than it is would leave one formant of every vowel: a tone.
   */
  push(power: Float64Array, echo: Float32Array | null, total: number, floor: number): void {
    // A tone that was learnt as noise in part must be all there is.
    const tonal = this.#judge(power, echo, total >= OVER_NOISE * floor ? total - floor : total);
    this.#run = tonal ? this.#run + 1 : 0;
    this.sure = this.#run >= SURE_FRAMES;
    this.#after = this.sure ? AFTER_FRAMES : Math.max(0, this.#after - 1);
    this.is = tonal || this.#after > 0;
  }

  #judge(power: Float64Array, echo: Float32Array | null, signal: number): boolean {
    const row = lobePower(power, echo, strongest(power, ROWS.from, ROWS.to), PAIR_LOBE_BINS);
    const column = lobePower(power, echo, strongest(power, COLUMNS.from, COLUMNS.to), PAIR_LOBE_BINS);
    if (row + column > PAIR_SHARE_MIN * signal && row < TWIST * column && column < TWIST * row) return true;
    const peak = strongest(power, 0, BINS);
    return (
      lobePower(power, echo, peak, LOBE_BINS) > (peak < LOWEST ? HUM_SHARE_MIN : SHARE_MIN) * signal &&
      this.#stays(power, peak)
    );
  }

  /** The first 80 ms are given the benefit of the doubt: against the voice. */
  #stays(power: Float64Array, peak: number): boolean {
    this.#at = this.#at === LAG_FRAMES ? 0 : this.#at + 1;
    const before = this.#at === LAG_FRAMES ? 0 : this.#at + 1;
    const centre = centreOf(power, peak);
    this.#centres[this.#at] = centre;
    return this.#run < LAG_FRAMES || Math.abs(centre - this.#centres[before]!) < DRIFT_BINS;
  }
}

function strongest(power: Float64Array, from: number, to: number): number {
  let best = from;
  for (let k = from + 1; k < to; k++) if (power[k]! > power[best]!) best = k;
  return best;
}

function lobePower(power: Float64Array, echo: Float32Array | null, peak: number, bins: number): number {
  let sum = 0;
  const to = Math.min(BINS - 1, peak + bins);
  for (let k = Math.max(0, peak - bins); k <= to; k++) sum += power[k]! - (echo === null ? 0 : echo[k]!);
  return sum;
}

function centreOf(power: Float64Array, peak: number): number {
  let sum = 0;
  let weighted = 0;
  const to = Math.min(BINS - 1, peak + LOBE_BINS);
  for (let k = Math.max(0, peak - LOBE_BINS); k <= to; k++) {
    sum += power[k]!;
    weighted += k * power[k]!;
  }
  return weighted / sum;
}

function bin(hz: number): number {
  return Math.round(hz / BIN_HZ) - FIRST_BIN;
}
