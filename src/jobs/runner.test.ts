import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { type Log, silentLog } from "../base/log.ts";
import type { Database } from "../db/client.ts";
import { jobs } from "../db/schema/job.ts";
import { withSystem } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { limits } from "../limits.ts";
import { enqueue, type NewJob } from "./queue.ts";
import type { JobHandler, JobRunner, RunnerDeps } from "./runner.ts";
import { quickClock, startRunner, withoutPolls } from "./testing/quick-runner.ts";

// What a runner owes to other processes, to the database and to its own: jobs.test.ts has what it owes to a job.
let db: TestDatabase;
const runners: JobRunner[] = [];

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());
beforeEach(() => withSystem(db, (tx) => tx.delete(jobs)));
afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.stop(0)));
});

function run(handlers: Record<string, JobHandler>, over: Partial<RunnerDeps> = {}): JobRunner {
  const runner = startRunner(db, handlers, over);
  runners.push(runner);
  return runner;
}
const add = (job: Partial<NewJob> = {}) => withSystem(db, (tx) => enqueue(tx, { queue: "q", payload: {}, ...job }));
const rows = () => withSystem(db, (tx) => tx.select().from(jobs).orderBy(jobs.id));
const until = async (done: () => boolean | Promise<boolean>) => {
  while (!(await done())) await rows();
};

test("no more jobs run at once than may, and all of them run", async () => {
  let [running, most, done] = [0, 0, 0];
  const full = Promise.withResolvers<void>();
  const jobsInAll = 3 * limits.jobsAtOnce;
  for (let n = 0; n < jobsInAll; n++) await add();
  run({
    q: async () => {
      most = Math.max(most, ++running);
      if (running === limits.jobsAtOnce) full.resolve();
      await full.promise;
      await rows();
      running--;
      done++;
    },
  });
  await until(() => done === jobsInAll);
  expect(most).toBe(limits.jobsAtOnce);
});

test("a runner with nothing to do leaves the database alone until it is told of a job", async () => {
  let asked = 0;
  const watched: Database = {
    ...db,
    within: (deadlineMs, work) => {
      asked++;
      return db.within(deadlineMs, work);
    },
  };
  let done = 0;
  const handlers = { q: async () => void done++ };
  run(handlers, { db: watched, clock: withoutPolls() });
  await add();
  await until(async () => done === 1 && (await rows()).length === 0);
  for (let n = 0; n < 30; n++) await rows();
  // It looks at start, when it begins to listen, when it is told, and when a slot is free again; and marks the job as done.
  expect(asked).toBeLessThanOrEqual(12);
});

test("leases are renewed often enough to survive two renewals that fail", async () => {
  const periods: number[] = [];
  const clock = quickClock();
  const every: typeof clock.every = (ms, tick) => {
    periods.push(ms);
    return clock.every(ms, tick);
  };
  run({}, { clock: { ...clock, every } });
  expect(3 * Math.max(...periods)).toBeLessThanOrEqual(limits.jobLeaseMs);
});

test("a job that takes longer than its lease keeps it; one that was given to another process is told to stop, and is left to that", async () => {
  const begun = new Map<string, AbortSignal>();
  const release = Promise.withResolvers<void>();
  run({
    q: async (job, signal) => {
      begun.set(job.id, signal);
      await release.promise;
      if (signal.aborted) throw new Error("told to stop");
    },
  });
  await add();
  await add();
  await until(() => begun.size === 2);
  const [kept, given] = (await rows()).map(({ id }) => id);
  const nearlyOver = sql`update jobs set lease_until = now() + interval '1 second' where id = ${kept}`;
  const taken = sql`update jobs set owner = 'another' where id = ${given}`;
  await withSystem(db, (tx) => tx.execute(nearlyOver));
  await withSystem(db, (tx) => tx.execute(taken));
  await until(() => begun.get(given!)!.aborted);
  await until(async () => {
    const [row] = await rows();
    return row!.leaseUntil!.since(Temporal.Now.instant()).total("milliseconds") > limits.jobLeaseMs / 2;
  });
  expect(begun.get(kept!)!.aborted).toBe(false);
  release.resolve();
  await until(async () => (await rows()).length === 1);
  expect((await rows()).map(({ id, state, owner, error }) => ({ id, state, owner, error }))).toEqual([
    { id: given!, state: "busy", owner: "another", error: null },
  ]);
});

test("a runner that is stopped while it takes jobs leaves none of them taken", async () => {
  for (let n = 0; n < 5; n++) {
    await add();
    const runner = run({ q: () => new Promise(() => {}) });
    await runner.stop(0);
  }
  expect((await rows()).map(({ state }) => state)).toEqual(Array<"ready">(5).fill("ready"));
});

test.each([
  ["a failure", new Error("broken")],
  ["a dependency that is away", new AppError("unavailable", "away")],
])("after %s the waits grow, so that what is in trouble is not hammered", async (_what, error) => {
  const waitsMs: unknown[] = [];
  const log: Log = { ...silentLog, warn: (_prefix, _event, fields) => void waitsMs.push(fields?.in_ms) };
  run(
    {
      q: async () => {
        throw error;
      },
    },
    { log },
  );
  await add({ maxAttempts: 10 });
  const makeDue = () => withSystem(db, (tx) => tx.execute(sql`update jobs set run_at = now() where state = 'ready'`));
  while (waitsMs.length < 6) await makeDue();
  expect(waitsMs.slice(0, 6)).toEqual([5_000, 10_000, 20_000, 40_000, 45_000, 45_000]);
});
