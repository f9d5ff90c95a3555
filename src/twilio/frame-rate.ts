import { limits } from "../limits.ts";

// One hot second can be a network that catches up (5 s of stall are 250 frames); two in a row are not a phone call.
const hotSecondsMax = 2;
// 40 s of audio in one second: no network has that much to catch up with.
const floodFactor = 10;

/** Counts the messages of one socket: over 200 a second, two seconds in a row, is no media stream (K3). */
export class FrameRate {
  #secondStartMs = Number.NEGATIVE_INFINITY;
  #count = 0;
  #hotSeconds = 0;

  /** False when the socket has to be closed. */
  admit(nowMs: number): boolean {
    const sinceMs = nowMs - this.#secondStartMs;
    if (sinceMs >= 1_000) {
      if (sinceMs >= 2_000 || this.#count <= limits.mediaFramesPerSecondMax) this.#hotSeconds = 0;
      this.#secondStartMs = nowMs;
      this.#count = 0;
    }
    this.#count++;
    if (this.#count === limits.mediaFramesPerSecondMax + 1) this.#hotSeconds++;
    return this.#hotSeconds < hotSecondsMax && this.#count <= floodFactor * limits.mediaFramesPerSecondMax;
  }
}
