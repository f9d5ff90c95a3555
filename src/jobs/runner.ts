import { type BackoffPolicy, backoffMs } from "../base/backoff.ts";
import type { Clock, Timer } from "../base/clock.ts";
import { AppError, describeError } from "../base/errors.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { onBehalfOf } from "../base/on-behalf.ts";
import type { Random } from "../base/random.ts";
import { jobsChannel } from "../db/change-notice.ts";
import type { Database } from "../db/client.ts";
import { mayPass } from "../db/errors.ts";
import { limits } from "../limits.ts";
import { buryJob, type ClaimedJob, claimJobs, completeJob, renewLeases, rescueJobs, retryJob } from "./claims.ts";

/**
 * Does one job. Runs at least once per job, possibly again after a crash, so it must be idempotent. `signal` aborts
 * when the process stops or the job was given to somebody else.
 * Throwing AppError "unavailable" means "not now" and costs no try; anything else does. `retryAfterSeconds` is waited for.
 */
export type JobHandler = (job: ClaimedJob, signal: AbortSignal) => Promise<void>;

export interface RunnerDeps {
  db: Database;
  /** By queue. Jobs of other queues are left for whoever knows them. */
  handlers: Readonly<Record<string, JobHandler>>;
  clock: Clock;
  log: Log;
  random: Random;
  /** Jobs that run at the same time. Default: `limits.jobsAtOnce`. */
  atOnce?: number;
  /** How many of those may be one business's. Default: all. */
  perBusiness?: number;
  /** Told once per job that is given up. */
  onDead?(job: { id: string; queue: string }): void;
}

export interface JobRunner {
  start(): void;
  /** Takes no more jobs, waits up to `deadlineMs` for those that run, then gives the rest back to the queue. */
  stop(deadlineMs?: number): Promise<void>;
  readonly running: number;
}

// F23: jobs of a provider that was away for ten minutes are all done within a minute of its return.
const retryPolicy: BackoffPolicy = { delaysMs: [5_000, 10_000, 20_000, 40_000, 45_000], jitter: 0.25 };

/** Runs the queued jobs of this process that have a handler here, so many at a time. */
export function createRunner(deps: RunnerDeps): JobRunner {
  return new Runner(deps);
}

interface RunningJob {
  job: ClaimedJob;
  stop: AbortController;
  done: Promise<void>;
}

class Runner implements JobRunner {
  readonly #deps: RunnerDeps;
  readonly #atOnce: number;
  readonly #owner = newId();
  readonly #running = new Map<string, RunningJob>();
  #timers: Timer[] = [];
  #pumping: Promise<void> | null = null;
  #subscription: Promise<{ unlisten(): Promise<void> } | null> | null = null;
  #wanted = false;
  #stopped = false;
  #away = false;

  constructor(deps: RunnerDeps) {
    this.#deps = deps;
    this.#atOnce = deps.atOnce ?? limits.jobsAtOnce;
  }

  get running(): number {
    return this.#running.size;
  }

  start(): void {
    const { clock, db } = this.#deps;
    const wake = () => this.#wake();
    this.#timers = [
      clock.every(limits.jobPollMs, () => this.#sweep()),
      clock.every(limits.jobLeaseMs / 3, () => this.#renew()),
    ];
    // Announcements make it quick, the poll makes it sure: a failed subscription needs no more than that.
    this.#subscription = db.sql.listen(jobsChannel, wake, wake).catch(() => null);
    this.#sweep();
  }

  async stop(deadlineMs = limits.jobStopMs): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) timer.cancel();
    void this.#subscription?.then((subscription) => subscription?.unlisten()).catch(() => {});
    await this.#pumping;
    const { clock, db } = this.#deps;
    const late = Promise.withResolvers<void>();
    const timer = clock.after(deadlineMs, late.resolve);
    await Promise.race([Promise.all([...this.#running.values()].map(({ done }) => done)), late.promise]);
    timer.cancel();
    const left = [...this.#running.values()];
    for (const { stop } of left) stop.abort();
    const giveBack = ({ job }: RunningJob) =>
      retryJob(db, this.#owner, job.id, { delayMs: 0, error: "the process stopped", counts: false });
    await Promise.allSettled(left.map(giveBack));
  }

  /** Jobs of dead processes first, then whatever is due. */
  #sweep(): void {
    void rescueJobs(this.#deps.db)
      .then((rescued) => {
        for (const { id, queue, dead } of rescued) {
          this.#deps.log.warn("JOB", "job of a process that ended was freed", { job: id, queue, dead });
          if (dead) this.#deps.onDead?.({ id, queue });
        }
      })
      .catch(() => {}) // the claim right after says that the database is away
      .then(() => this.#wake());
  }

  #wake(): void {
    this.#wanted = true;
    if (this.#pumping || this.#stopped) return;
    this.#pumping = this.#pump().finally(() => {
      this.#pumping = null;
      if (this.#wanted && !this.#stopped && this.#running.size < this.#atOnce) this.#wake();
    });
  }

  async #pump(): Promise<void> {
    const { db, handlers, log, perBusiness } = this.#deps;
    const queues = Object.keys(handlers);
    while (this.#wanted && !this.#stopped && this.#running.size < this.#atOnce) {
      this.#wanted = false;
      // Where businesses have shares, one at a time: two of a batch could be over the share of the same business.
      const count = perBusiness === undefined ? this.#atOnce - this.#running.size : 1;
      try {
        const jobs = await claimJobs(db, this.#owner, queues, count, this.#full());
        if (jobs.length === count) this.#wanted = true;
        for (const job of jobs) this.#begin(job);
        if (this.#away) log.info("JOB", "jobs run again");
        this.#away = false;
      } catch (error) {
        if (!this.#away) log.warn("JOB", "jobs cannot be read", { error: describeError(error) });
        this.#away = true;
        return; // the poll tries again
      }
    }
  }

  /** The businesses that have their share of what runs. */
  #full(): BusinessId[] {
    const { perBusiness } = this.#deps;
    if (perBusiness === undefined) return [];
    const counts = new Map<BusinessId, number>();
    for (const { job } of this.#running.values())
      if (job.businessId) counts.set(job.businessId, (counts.get(job.businessId) ?? 0) + 1);
    return [...counts].filter(([, count]) => count >= perBusiness).map(([businessId]) => businessId);
  }

  #begin(job: ClaimedJob): void {
    const stop = new AbortController();
    const done = this.#run(job, stop.signal).finally(() => {
      this.#running.delete(job.id);
      this.#wake(); // a slot is free, and perhaps the next job of the lane
    });
    this.#running.set(job.id, { job, stop, done });
  }

  async #run(job: ClaimedJob, signal: AbortSignal): Promise<void> {
    const { db, handlers, log } = this.#deps;
    try {
      await onBehalfOf({ job: job.id, queue: job.queue }, async () => handlers[job.queue]?.(job, signal));
    } catch (error) {
      if (!signal.aborted) await this.#failed(job, error);
      return;
    }
    try {
      if (!(await completeJob(db, this.#owner, job.id))) {
        log.warn("JOB", "job was done, but its lease had run out", { job: job.id, queue: job.queue });
      }
    } catch (error) {
      // Its lease runs out and it runs again: that is what "at least once" means.
      log.warn("JOB", "job was done, but could not be marked so", { job: job.id, error: describeError(error) });
    }
  }

  async #failed(job: ClaimedJob, error: unknown): Promise<void> {
    const { db, log, clock, random, onDead } = this.#deps;
    const said = describeError(error).slice(0, 500);
    const fields = { job: job.id, queue: job.queue, biz: job.businessId, attempt: job.attempt, error: said };
    const counts = !mayPass(error);
    const waitedMs = clock.instant().since(job.createdAt).total("milliseconds");
    const over = counts ? job.attempt >= job.maxAttempts : waitedMs > limits.jobWaitMs;
    try {
      if (over) {
        await buryJob(db, this.#owner, job.id, said);
        log.error("JOB", "job given up", fields);
        onDead?.({ id: job.id, queue: job.queue });
        return;
      }
      const askedMs = error instanceof AppError ? 1_000 * (error.retryAfterSeconds ?? 0) : 0;
      const delayMs = Math.max(askedMs, backoffMs(retryPolicy, counts ? job.attempt : job.waits + 1, random));
      await retryJob(db, this.#owner, job.id, { delayMs, error: said, counts });
      log.warn("JOB", "job failed, will be tried again", { ...fields, in_ms: delayMs });
      clock.after(delayMs + 10, () => this.#wake());
    } catch (problem) {
      log.warn("JOB", "failed job could not be put back; its lease will run out", {
        ...fields,
        problem: describeError(problem),
      });
    }
  }

  #renew(): void {
    if (this.#running.size === 0) return;
    const ids = [...this.#running.keys()];
    void renewLeases(this.#deps.db, this.#owner, ids)
      .then((kept) => {
        for (const id of ids) if (!kept.includes(id)) this.#running.get(id)?.stop.abort();
      })
      .catch(() => {}); // a lease survives one failed renewal (limits.ts)
  }
}
