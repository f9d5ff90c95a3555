const windowMs = 1_000;
// No window of a second goes by without a frame that hardly waited. One in which even the quickest came this much later shows
// that the way or the counting has changed (frames that were never counted, a stamp ahead of its time), and not jitter.
const changedMs = 60;
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
