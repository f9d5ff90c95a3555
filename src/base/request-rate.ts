import type { Clock } from "./clock.ts";
import { AppError } from "./errors.ts";

// Whoever was seen longest ago is forgotten first: memory has a bound, whatever comes in.
const rememberedMax = 10_000;
const windowMs = 60_000;

/**
 * How often somebody may ask in a minute (K12). Counted in this process: it guards the process's own time, while what
 * guards an account is counted by the database for all (auth/throttle).
 */
export class RequestRate {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #windows = new Map<string, { since: number; count: number }>();

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    this.#max = perMinute;
  }

  /** @throws AppError "rate_limited" when `who` has asked too often. */
  count(who: string): void {
    const now = this.#clock.nowMs();
    const known = this.#windows.get(who);
    if (known !== undefined && now - known.since < windowMs) {
      if (++known.count <= this.#max) return;
      const retryAfterSeconds = Math.ceil((known.since + windowMs - now) / 1_000);
      throw new AppError("rate_limited", "too many requests", { retryAfterSeconds });
    }
    this.#windows.delete(who);
    this.#windows.set(who, { since: now, count: 1 });
    if (this.#windows.size > rememberedMax) this.#windows.delete(this.#windows.keys().next().value!);
  }

  /** Undoes one `count`: it was somebody else who asked. */
  takeBack(who: string): void {
    const known = this.#windows.get(who);
    if (known !== undefined) known.count--;
  }
}
