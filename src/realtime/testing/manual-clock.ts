import type { Clock, Timer } from "../../base/clock.ts";

/** A clock whose time moves only by `advance`; sockets stay real. */
export class ManualClock implements Clock {
  #nowMs = 0;
  readonly #armed: { delayMs: number; resolve(): void }[] = [];
  #timers: { atMs: number; everyMs: number | null; run: () => void }[] = [];

  nowMs = (): number => this.#nowMs;
  instant = (): Temporal.Instant => Temporal.Instant.fromEpochMilliseconds(1_800_000_000_000 + this.#nowMs);
  after = (delayMs: number, run: () => void): Timer => this.#add(delayMs, null, run);
  every = (periodMs: number, run: () => void): Timer => this.#add(periodMs, periodMs, run);

  get timers(): number {
    return this.#timers.length;
  }

  /** Resolves when a timer of exactly this delay is pending. */
  armed(delayMs: number): Promise<void> {
    if (this.#timers.some(({ atMs }) => atMs === this.#nowMs + delayMs)) return Promise.resolve();
    return new Promise((resolve) => this.#armed.push({ delayMs, resolve }));
  }

  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [due] = this.#timers.filter(({ atMs }) => atMs <= untilMs).sort((one, other) => one.atMs - other.atMs);
      if (due === undefined) break;
      this.#nowMs = due.atMs;
      if (due.everyMs === null) this.#timers = this.#timers.filter((timer) => timer !== due);
      else due.atMs += due.everyMs;
      due.run();
    }
    this.#nowMs = untilMs;
  }

  /** Time passes with every timer pushed along: for what only reads the clock, while real sockets cannot keep up. */
  skip(ms: number): void {
    this.#nowMs += ms;
    for (const timer of this.#timers) timer.atMs += ms;
  }

  #add(delayMs: number, everyMs: number | null, run: () => void): Timer {
    const timer = { atMs: this.#nowMs + delayMs, everyMs, run };
    this.#timers.push(timer);
    for (const waiting of this.#armed) if (waiting.delayMs === delayMs) waiting.resolve();
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }
}
