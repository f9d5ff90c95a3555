import type { Clock } from "../../base/clock.ts";
import type { Database } from "../../db/client.ts";

const never = (): Promise<never> => new Promise(() => {});

/**
 * What connects one simulated process with the world. Once shut, its timers never fire again and the database never
 * answers it: what was under way may have happened, the process just does not live to see it.
 */
export class ProcessGate {
  isShut = false;

  clock(real: Clock): Clock {
    const guarded = (run: () => void) => () => {
      if (!this.isShut) run();
    };
    return {
      nowMs: () => real.nowMs(),
      instant: () => real.instant(),
      after: (delayMs, run) => real.after(delayMs, guarded(run)),
      every: (periodMs, run) => real.every(periodMs, guarded(run)),
    };
  }

  database(real: Database): Database {
    const whileOpen = async <T>(work: Promise<T>): Promise<T> => {
      const result = await work.catch((error: unknown) => {
        if (this.isShut) return never();
        throw error;
      });
      return this.isShut ? never() : result;
    };
    return {
      orm: real.orm,
      sql: real.sql,
      waiting: 0,
      retired: 0,
      within: (deadlineMs, work) => (this.isShut ? never() : whileOpen(real.within(deadlineMs, work))),
      close: () => real.close(),
    };
  }
}
