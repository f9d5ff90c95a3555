import { countBits } from "./evidence.ts";

const FRAME_MS = 20;
// 20 frames: 400 ms.
const RECENT_MASK = 0xf_ffff;
const RECENT_FRAMES = 20;
// A loud breath or the hiss of a cough is clearer than this by chance in one frame of twenty, hardly ever than the second.
const CLEAR = 0.6;
// The echo's own harmonics lie between the caller's: with half of the frame echo, vowels lose about this much clarity.
const LESS_IN_ECHO = 0.25;
// From this part of the energy on, the echo spoils the voice as much as it can.
const ECHO_SPOILS = 1 / 8;
// From this part on the period found jumps between the two voices and its going on means nothing.
const ECHO_MIXES = 1 / 16;
// 200 ms without a vowel: the voiced ends of two coughs lie farther apart and must not add up.
const GAP_FRAMES = 10;

/** The vowels of the last 400 ms that no cough, breath or tone has: what an interruption is judged by. */
export class ClearVoice {
  #bits = 0;

  /**
   * Once per frame. `clarity`: of what may be a voice, 0 when nothing may be; `continues`: its period goes on from the frame
   * before; `echoShare`: how much of the frame's energy the assistant's echo can be, 0 … 1.
   */
  push(clarity: number, continues: boolean, echoShare: number): void {
    const less = LESS_IN_ECHO * Math.min(1, echoShare / ECHO_SPOILS);
    const clear = (continues || echoShare > ECHO_MIXES) && clarity > CLEAR - less;
    this.#bits = sinceLastGap(((this.#bits << 1) | (clear ? 1 : 0)) & RECENT_MASK);
  }

  /** What was heard was the edge of a tone. */
  forget(): void {
    this.#bits = 0;
  }

  /** Vowels of the last 400 ms. */
  get recentMs(): number {
    return countBits(this.#bits) * FRAME_MS;
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
