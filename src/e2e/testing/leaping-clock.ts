import { type Clock, systemClock, type Timer } from "../../base/clock.ts";

/** The machine's clock, which can jump ahead: what falls due in a leap happens at its end, once. */
export interface LeapingClock extends Clock {
  leap(byMs: number): void;
}

interface Pending {
  dueMs: number;
  timer: Timer;
  fire: () => void;
}

/** A clock that runs like the machine's until `leap` is called. */
export function createLeapingClock(): LeapingClock {
  let aheadMs = 0;
  const pending = new Set<Pending>();
  const nowMs = () => systemClock.nowMs() + aheadMs;
  const after = (delayMs: number, run: () => void): Timer => {
    const fire = () => {
      pending.delete(entry);
      entry.timer.cancel();
      run();
    };
    const entry: Pending = { dueMs: nowMs() + delayMs, timer: systemClock.after(delayMs, fire), fire };
    pending.add(entry);
    return {
      cancel() {
        pending.delete(entry);
        entry.timer.cancel();
      },
    };
  };
  return {
    nowMs,
    instant: () => systemClock.instant().add({ microseconds: Math.round(aheadMs * 1_000) }),
    after,
    every(periodMs, run) {
      let timer = after(periodMs, function again() {
        timer = after(periodMs, again);
        run();
      });
      return { cancel: () => timer.cancel() };
    },
    leap(byMs) {
      aheadMs += byMs;
      const waiting = [...pending].toSorted((a, b) => a.dueMs - b.dueMs);
      for (const entry of waiting) {
        if (!pending.has(entry)) continue;
        if (entry.dueMs <= nowMs()) entry.fire();
        else {
          entry.timer.cancel();
          entry.timer = systemClock.after(entry.dueMs - nowMs(), entry.fire);
        }
      }
    },
  };
}
