import { BIN_HZ, BINS, FIRST_BIN } from "./spectrum.ts";

// ITU-T Q.23: one tone of 697-941 Hz and one of 1,209-1,633 Hz, with room for the window's width.
const ROWS = { from: bin(660), to: bin(980) };
const COLUMNS = { from: bin(1_160), to: bin(1_680) };
const LOBE_BINS = 4;
// Voices spread their power over more harmonics than two.
const SHARE_MIN = 0.85;
// Twist between the two tones (Q.24 allows 4-8 dB, lines add to it).
const TWIST = 16;
// Two peaks of a whisper-thin remainder mean nothing.
const OVER_NOISE = 6;

/** Whether the part of a frame above the noise is a keypad tone: nearly all power in one row and one column. */
export function isKeypadTone(power: Float64Array, noise: Float64Array): boolean {
  let total = 0;
  let floor = 0;
  for (let k = 0; k < BINS; k++) {
    total += power[k]!;
    floor += noise[k]!;
  }
  if (total < OVER_NOISE * floor) return false;
  const row = peak(power, ROWS.from, ROWS.to);
  const column = peak(power, COLUMNS.from, COLUMNS.to);
  if (row > TWIST * column || column > TWIST * row) return false;
  return row + column > SHARE_MIN * (total - floor);
}

/** Power around the strongest bin of a range. */
function peak(power: Float64Array, from: number, to: number): number {
  let best = from;
  for (let k = from + 1; k < to; k++) if (power[k]! > power[best]!) best = k;
  let sum = 0;
  for (let k = best - LOBE_BINS; k <= best + LOBE_BINS; k++) sum += power[k]!;
  return sum;
}

function bin(hz: number): number {
  return Math.round(hz / BIN_HZ) - FIRST_BIN;
}
