import { limits } from "../limits.ts";

const windowMs = 1_000;
// No window of a second goes by without a frame that hardly waited. One in which even the quickest came this much later shows
// that the way or the counting has changed (frames that were never counted, a stamp ahead of its time), and not jitter.
const changedMs = 60;
// The connection keeps the order of frames: none is a second behind those before it.
const behindMaxMs = 1_000;
// Nor does one come before its time. The least lag is no better known than this when frames are missing in a stream's first moments.
const aheadMaxMs = 100;
// Clocks that run apart do it by a few hundredths of a ms a second.
const driftMs = 0.1;

/**
 * When frames would come if none of them waited on its way: stream time and clock time differ by a lag that jitter only
 * adds to, so the least lag is the way itself. Frames that come in a bundle keep their own times.
 */
export class Arrivals {
  #leastMs = Number.POSITIVE_INFINITY;
  #windowLeastMs = Number.POSITIVE_INFINITY;
  #windowEndsMs = Number.NEGATIVE_INFINITY;

  /**
   * Stream time of a frame that says `stampMs` where `expectedMs` was due (-1 before the first): what it says, if that can be
   * true by the clock. One wrong stamp would otherwise be seconds of silence, and shift what is recorded. Hot.
   */
  timeOf(stampMs: number, expectedMs: number, nowMs: number): number {
    if (expectedMs < 0) return stampMs >= 0 && stampMs < limits.noMediaMs ? stampMs : 0;
    const aheadMs = stampMs - expectedMs;
    const isTrue = aheadMs > -behindMaxMs && (aheadMs < 20 || this.undelayed(stampMs) <= nowMs + aheadMaxMs);
    return isTrue && stampMs >= 0 ? stampMs : expectedMs;
  }

  /** A frame with stream time `atMs` came. Hot. */
  note(atMs: number, nowMs: number): void {
    const lagMs = nowMs - atMs;
    if (nowMs >= this.#windowEndsMs) {
      if (this.#windowLeastMs > this.#leastMs + changedMs) this.#leastMs = this.#windowLeastMs;
      else this.#leastMs += driftMs;
      this.#windowLeastMs = lagMs;
      this.#windowEndsMs = nowMs + windowMs;
    }
    if (lagMs < this.#windowLeastMs) this.#windowLeastMs = lagMs;
    if (lagMs < this.#leastMs) this.#leastMs = lagMs;
  }

  /** Clock time at which the frame with stream time `atMs` would have come without waiting. */
  undelayed(atMs: number): number {
    return atMs + this.#leastMs;
  }
}
