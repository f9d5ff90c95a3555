import { type BackoffPolicy, backoffMs } from "../../base/backoff.ts";
import type { Clock, Timer } from "../../base/clock.ts";
import { describeError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";

/** The database was away, or a message is one that it never takes: the latter must not be tried all the time. */
const again: BackoffPolicy = { delaysMs: [1_000, 1_000, 2_000, 5_000, 15_000, 60_000], jitter: 0 };

/**
 * Gives what came in to the host, one after the other and in order, until it is durable there. What is refused is offered
 * again after a pause; what comes later does not wait for it.
 */
export class HandOver {
  readonly #clock: Clock;
  readonly #log: Log;
  /** Being handed over, or waiting to be offered again. */
  readonly #under = new Map<string, Timer | null>();
  #work: Promise<void> = Promise.resolve();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** A key that is being handed over already is left alone. */
  give(key: string, offer: () => Promise<void>, durable: () => void): void {
    if (this.#under.has(key)) return;
    this.#offer(key, offer, durable, 1);
  }

  /** Offers nothing again: the session is over, and its journal gives everything back to the next one. */
  rest(): void {
    for (const [key, timer] of this.#under) {
      timer?.cancel();
      if (timer !== null) this.#under.delete(key);
    }
  }

  #offer(key: string, offer: () => Promise<void>, durable: () => void, attempt: number): void {
    this.#under.set(key, null);
    this.#work = this.#work.then(async () => {
      try {
        await offer();
        this.#under.delete(key);
        durable();
      } catch (error) {
        if (attempt === 1)
          this.#log.warn("WA-ERROR", "what came in is not stored yet", { error: describeError(error) });
        const delayMs = backoffMs(again, attempt, () => 0);
        const timer = this.#clock.after(delayMs, () => this.#offer(key, offer, durable, attempt + 1));
        this.#under.set(key, timer);
      }
    });
  }
}
