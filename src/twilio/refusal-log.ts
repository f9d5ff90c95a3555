import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";

const everyMs = 1_000;

/** Logs refused requests at most once a second, with their count: a flood of them must not fill a disk. */
export class RefusalLog {
  readonly #clock: Clock;
  readonly #log: Log;
  #count = 0;
  #loggedMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  note(path: string): void {
    this.#count++;
    if (this.#clock.nowMs() - this.#loggedMs < everyMs) return;
    const reason = "the signature does not fit TWILIO_AUTH_TOKEN, TWILIO_ACCOUNT_SID and PUBLIC_BASE_URL";
    this.#log.warn("HTTP", "request of the phone provider refused", { path, count: this.#count, reason });
    this.#loggedMs = this.#clock.nowMs();
    this.#count = 0;
  }
}
