import type { Clock } from "../../base/clock.ts";
import { describeError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { limits } from "../../limits.ts";

/**
 * Gives what came in to the host, one after the other and in order, until it is durable there. What is refused (the
 * database is away) is offered again after a pause; what comes later does not wait for it.
 */
export class HandOver {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #under = new Set<string>();
  #work: Promise<void> = Promise.resolve();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** A key that is being handed over already is left alone. */
  give(key: string, offer: () => Promise<void>, durable: () => void = () => {}): void {
    if (this.#under.has(key)) return;
    this.#under.add(key);
    this.#offer(key, offer, durable);
  }

  #offer(key: string, offer: () => Promise<void>, durable: () => void): void {
    this.#work = this.#work.then(async () => {
      try {
        await offer();
        this.#under.delete(key);
        durable();
      } catch (error) {
        this.#log.warn("WA-ERROR", "what came in is not stored yet", { error: describeError(error) });
        this.#clock.after(limits.waRetryReceivedMs, () => this.#offer(key, offer, durable));
      }
    });
  }
}
