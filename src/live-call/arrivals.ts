// A network that was quick once in twenty seconds shows how quick it is; a clock that runs away is followed as fast.
const windowMs = 20_000;

/**
 * When frames would come if none of them waited on its way: stream time and clock time differ by a lag that jitter only
 * adds to, so the least of the last 20 to 40 s is the way itself. Frames that come in a bundle keep their own times.
 */
export class Arrivals {
  #leastMs = Number.POSITIVE_INFINITY;
  #leastBeforeMs = Number.POSITIVE_INFINITY;
  #windowEndsMs = Number.NEGATIVE_INFINITY;

  /** A frame with stream time `atMs` came. Hot. */
  note(atMs: number, nowMs: number): void {
    const lagMs = nowMs - atMs;
    if (nowMs >= this.#windowEndsMs) {
      this.#leastBeforeMs = this.#leastMs;
      this.#leastMs = lagMs;
      this.#windowEndsMs = nowMs + windowMs;
    } else if (lagMs < this.#leastMs) this.#leastMs = lagMs;
  }

  /** Clock time at which the frame with stream time `atMs` would have come without waiting. */
  undelayed(atMs: number): number {
    return atMs + Math.min(this.#leastMs, this.#leastBeforeMs);
  }
}
