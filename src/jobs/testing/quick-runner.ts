import type { Clock } from "../../base/clock.ts";
import { silentLog } from "../../base/log.ts";
import type { Database } from "../../db/client.ts";
import { createRunner, type JobHandler, type JobRunner, type RunnerDeps } from "../runner.ts";

/** Real time, except that delays of retries and polls are short: what is tested is order, not patience. */
export function quickClock(): Clock {
  const short = (ms: number) => Math.min(ms, 15);
  return {
    nowMs: () => performance.now(),
    instant: () => Temporal.Now.instant(),
    after: (ms, run) => {
      const timer = setTimeout(run, short(ms));
      return { cancel: () => clearTimeout(timer) };
    },
    every: (ms, run) => {
      const timer = setInterval(run, Math.max(short(ms), 15));
      return { cancel: () => clearInterval(timer) };
    },
  };
}

/** A clock on which no poll ever comes: only announcements wake the runner. */
export const withoutPolls = (): Clock => ({ ...quickClock(), every: () => ({ cancel: () => {} }) });

/** A started runner on a quick clock. Stopping it is the caller's. */
export function startRunner(
  db: Database,
  handlers: Record<string, JobHandler>,
  over: Partial<RunnerDeps> = {},
): JobRunner {
  const runner = createRunner({ db, handlers, clock: quickClock(), log: silentLog, random: () => 0.5, ...over });
  runner.start();
  return runner;
}
