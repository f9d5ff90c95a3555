import { type Clock, systemClock } from "../../base/clock.ts";
import { createVirtualClock } from "../../sim/clock.ts";

/** A clock with which lateness of the machine does not count. */
export interface PatientClock extends Clock {
  stop(): void;
}

// Less than a frame: whoever is served once between two steps is never a frame late.
const stepMs = 5;

/**
 * `speed` times as fast as the machine's clock, and never more than 5 ms ahead between two turns of the event loop: a
 * machine that stalls makes this world slow, not late. For a product and a world in one process.
 */
export function createPatientClock(speed: number): PatientClock {
  const time = createVirtualClock(systemClock.instant());
  let lastMs = systemClock.nowMs();
  const ticker = systemClock.every(1, () => {
    const nowMs = systemClock.nowMs();
    time.advance(Math.min(stepMs, (nowMs - lastMs) * speed));
    lastMs = nowMs;
  });
  return { ...time, stop: () => ticker.cancel() };
}
