/** A pending timer; `cancel` is harmless after it fired. */
export interface Timer {
  cancel(): void;
}

/**
 * Time as an argument, so that a simulation can run a minute in a millisecond.
 * `nowMs` is monotonic (ms since an arbitrary origin) and is the only time used for durations;
 * `instant` is the wall clock and is the only time that is stored or shown.
 */
export interface Clock {
  nowMs(): number;
  instant(): Temporal.Instant;
  after(delayMs: number, run: () => void): Timer;
  every(periodMs: number, run: () => void): Timer;
}

/** The machine's own clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  instant: () => Temporal.Now.instant(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
  every(periodMs, run) {
    const timer = setInterval(run, periodMs);
    timer.unref();
    return { cancel: () => clearInterval(timer) };
  },
};
