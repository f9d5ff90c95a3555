import { limits } from "../limits.ts";

// When a connection is tried, in ms from the loss: at once, for the usual dropped socket; then after half a second and
// after one and a half, when a restarting server has had time.
const tryAtMs = [0, 500, 1_500] as const;

/** A time without a session: from opening, or from the loss of one, until the next is ready. */
export class Outage {
  readonly #sinceMs: number;
  #tries = 0;
  /** The caller waits for an answer that the lost session did not give. */
  owesAnswer: boolean;

  constructor(sinceMs: number, owesAnswer = false) {
    this.#sinceMs = sinceMs;
    this.owesAnswer = owesAnswer;
  }

  elapsedMs(nowMs: number): number {
    return nowMs - this.#sinceMs;
  }

  /** Ms until the next try, or null when it is time to give up. Counts the try. */
  nextTryInMs(nowMs: number): number | null {
    const atMs = tryAtMs[this.#tries++];
    const elapsedMs = this.elapsedMs(nowMs);
    if (atMs === undefined || Math.max(atMs, elapsedMs) >= limits.engineReconnectMs) return null;
    return Math.max(0, atMs - elapsedMs);
  }
}
