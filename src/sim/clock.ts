import { type Clock, systemClock, type Timer } from "../base/clock.ts";

interface Pending {
  dueMs: number;
  order: number;
  run: () => void;
}

/** A clock that moves only when told: timers fire in order of their due time, then of their making. */
export interface VirtualClock extends Clock {
  /** Moves time on by `ms`, firing what falls due on the way; timers made meanwhile take part. */
  advance(ms: number): void;
  /** Timers that have not fired yet: a finished simulation leaves none. */
  readonly pending: number;
}

/** @param startedAt what `instant()` shows at 0 ms. */
export function createVirtualClock(startedAt = Temporal.Instant.from("2026-03-01T08:00:00Z")): VirtualClock {
  let nowMs = 0;
  let made = 0;
  const timers = new Set<Pending>();
  const after = (delayMs: number, run: () => void): Timer => {
    const timer = { dueMs: nowMs + Math.max(0, delayMs), order: made++, run };
    timers.add(timer);
    return { cancel: () => void timers.delete(timer) };
  };
  const nextDue = (limitMs: number): Pending | null => {
    let next: Pending | null = null;
    for (const timer of timers) {
      if (timer.dueMs > limitMs) continue;
      if (next === null || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.order < next.order))
        next = timer;
    }
    return next;
  };
  return {
    nowMs: () => nowMs,
    instant: () => startedAt.add({ microseconds: Math.round(nowMs * 1_000) }),
    after,
    every(periodMs, run) {
      let stopped = false;
      let timer = after(periodMs, function again() {
        if (stopped) return;
        timer = after(periodMs, again);
        run();
      });
      return {
        cancel() {
          stopped = true;
          timer.cancel();
        },
      };
    },
    advance(ms) {
      const limitMs = nowMs + ms;
      for (let timer = nextDue(limitMs); timer !== null; timer = nextDue(limitMs)) {
        timers.delete(timer);
        nowMs = Math.max(nowMs, timer.dueMs);
        timer.run();
      }
      nowMs = limitMs;
    },
    get pending() {
      return timers.size;
    },
  };
}

/**
 * The machine's clock, `speed` times as fast: a world with real sockets then plays a minute in six seconds. Delays of the
 * machine itself weigh `speed` times as much, so nothing tight can be measured with it.
 */
export function createFastClock(speed: number): Clock {
  const startedAt = systemClock.instant();
  const startedMs = systemClock.nowMs();
  const nowMs = () => (systemClock.nowMs() - startedMs) * speed;
  return {
    nowMs,
    instant: () => startedAt.add({ microseconds: Math.round(nowMs() * 1_000) }),
    after: (delayMs, run) => systemClock.after(delayMs / speed, run),
    every: (periodMs, run) => systemClock.every(periodMs / speed, run),
  };
}
