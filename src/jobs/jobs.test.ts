import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { AppError } from "../base/errors.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import { behalf } from "../base/on-behalf.ts";
import { connectPostgres } from "../db/connect.ts";
import { businesses } from "../db/schema/business.ts";
import { jobs } from "../db/schema/job.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { limits } from "../limits.ts";
import { buryJob, claimJobs, completeJob, renewLeases, rescueJobs, retryJob } from "./claims.ts";
import { enqueue, type NewJob } from "./queue.ts";
import type { JobHandler, JobRunner, RunnerDeps } from "./runner.ts";
import { startRunner, withoutPolls } from "./testing/quick-runner.ts";

let db: TestDatabase;
const business = newId<BusinessId>();
const runners: JobRunner[] = [];

beforeAll(async () => {
  db = await testDatabase();
  await withTenant(db, business, (tx) => tx.insert(businesses).values({ id: business, name: "b", timezone: "UTC" }));
});
afterAll(() => db.drop());
beforeEach(() => withSystem(db, (tx) => tx.delete(jobs)));
afterEach(async () => {
  await Promise.all(runners.splice(0).map((runner) => runner.stop(0)));
});

const add = (job: Partial<NewJob> = {}): Promise<boolean> =>
  withTenant(db, business, (tx) => enqueue(tx, { businessId: business, queue: "q", payload: {}, ...job }));
const rows = () => withSystem(db, (tx) => tx.select().from(jobs).orderBy(jobs.id));
const claim = (owner = "me", count = 10) => claimJobs(db, owner, ["q"], count);
const payloads = (claimed: { payload: unknown }[]) => claimed.map((job) => (job.payload as { n: number }).n);

function run(handlers: Record<string, JobHandler>, over: Partial<RunnerDeps> = {}): JobRunner {
  const runner = startRunner(db, handlers, over);
  runners.push(runner);
  return runner;
}

/** A job that waits for its next try becomes due now: retries are tested without their minutes. */
const makeDue = () => withSystem(db, (tx) => tx.execute(sql`update jobs set run_at = now() where state = 'ready'`));

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await makeDue();
}

/** Sessions of this database that wait for announcements; only the owner may see what others run. */
async function listeners(): Promise<unknown[]> {
  const owner = connectPostgres(db.address, { connections: 1 });
  const found = await owner`
    select from pg_stat_activity where query ilike 'listen "jobs"%' and datname = current_database()`;
  await owner.end();
  return found;
}

test("a job exists if and only if its transaction commits", async () => {
  const undone = withTenant(db, business, async (tx) => {
    await enqueue(tx, { businessId: business, queue: "q", payload: {} });
    throw new Error("undo");
  });
  await undone.catch(() => {});
  expect(await rows()).toEqual([]);
  await add();
  expect(await rows()).toHaveLength(1);
});

test("what a job does far below knows in the log which job it was", async () => {
  const seen = Promise.withResolvers<unknown>();
  run({
    q: async (job) => {
      await withTenant(db, business, async () => seen.resolve([job.id, behalf()]));
    },
  });
  await add();
  const [id, fields] = (await seen.promise) as [string, unknown];
  expect(fields).toEqual({ job: id, queue: "q", biz: business });
});

test("a tenant cannot queue work for another", async () => {
  const other = newId<BusinessId>();
  const theft = withTenant(db, business, (tx) => enqueue(tx, { businessId: other, queue: "q", payload: {} }));
  expect(await theft.catch((error) => error.cause.code)).toBe("42501");
});

test("the same key is queued once while it waits or runs, and again when it is done or dead", async () => {
  expect([await add({ dedupe: "k" }), await add({ dedupe: "k" })]).toEqual([true, false]);
  const [job] = await claim();
  expect(await add({ dedupe: "k" })).toBe(false);
  expect(await add({ dedupe: "k", queue: "other" })).toBe(true);
  await completeJob(db, "me", job?.id as string);
  expect(await add({ dedupe: "k" })).toBe(true);
  await withSystem(db, (tx) => tx.update(jobs).set({ state: "dead" }));
  expect(await add({ dedupe: "k" })).toBe(true);
});

test("two claimers never get the same job", async () => {
  for (let n = 0; n < 40; n++) await add({ payload: { n } });
  const taken = await Promise.all(Array.from({ length: 8 }, (_, who) => claim(`owner ${who}`, 8)));
  const all = payloads(taken.flat()).sort((a, b) => a - b);
  expect(all).toEqual(Array.from({ length: 40 }, (_, n) => n));
});

test("a lane hands out its oldest job only, also while that waits for its next try", async () => {
  for (let n = 0; n < 3; n++) await add({ lane: "a", payload: { n } });
  await add({ lane: "b", payload: { n: 10 } });
  const first = await claim();
  expect(payloads(first).sort((a, b) => a - b)).toEqual([0, 10]);
  expect(await claim()).toEqual([]);
  const oldest = first.find((job) => job.lane === "a");
  await retryJob(db, "me", oldest?.id as string, { delayMs: 60_000, error: "x", counts: true });
  expect(await claim()).toEqual([]);
  await withSystem(db, (tx) => tx.execute(sql`update jobs set state = 'dead' where id = ${oldest?.id}`));
  expect(payloads(await claim())).toEqual([1]);
});

test("a job is not taken before its time", async () => {
  await add({ runAt: Temporal.Now.instant().add({ minutes: 5 }) });
  expect(await claim()).toEqual([]);
});

test("only the owner finishes a job, and only once", async () => {
  await add();
  const [job] = await claim("me");
  const id = job?.id as string;
  expect(await completeJob(db, "you", id)).toBe(false);
  expect(await completeJob(db, "me", id)).toBe(true);
  expect(await completeJob(db, "me", id)).toBe(false);
});

test("a process that has lost its lease can neither give the job back nor give it up: somebody else has it", async () => {
  await add();
  const [job] = await claim("me");
  const id = job?.id as string;
  expect(await retryJob(db, "you", id, { delayMs: 0, error: "x", counts: true })).toBe(false);
  expect(await buryJob(db, "you", id, "x")).toBe(false);
  expect((await rows()).map(({ state, owner, error }) => ({ state, owner, error }))).toEqual([
    { state: "busy", owner: "me", error: null },
  ]);
  expect(await buryJob(db, "me", id, "x")).toBe(true);
  expect(await retryJob(db, "me", id, { delayMs: 0, error: "x", counts: true })).toBe(false);
});

test("a lease, when taken and when renewed, lasts as long as it says, and so does the wait for the next try", async () => {
  await add();
  /** How much later than now, in ms, the moment is that `act` sets; at least, and at most. */
  const later = async (act: () => Promise<unknown>, moment: "leaseUntil" | "runAt") => {
    const before = Date.now();
    await act();
    const after = Date.now() + 1;
    const [row] = await rows();
    const at = row?.[moment]?.epochMilliseconds ?? 0;
    return [at - after, at - before] as const;
  };
  const id = (await rows())[0]?.id as string;
  const retry = { delayMs: 60_000, error: "x", counts: true };
  for (const [act, moment, wantedMs] of [
    [() => claim("me"), "leaseUntil", limits.jobLeaseMs],
    [() => renewLeases(db, "me", [id]), "leaseUntil", limits.jobLeaseMs],
    [() => retryJob(db, "me", id, retry), "runAt", retry.delayMs],
  ] as const) {
    const [atLeast, atMost] = await later(act, moment);
    expect(atLeast).toBeLessThanOrEqual(wantedMs);
    expect(atMost).toBeGreaterThanOrEqual(wantedMs);
  }
});

test("a failure costs a try; a dependency that is away costs none and is counted as a wait", async () => {
  const counted: [attempt: number, waits: number][] = [];
  await add();
  for (const counts of [true, false, false, true]) {
    const [job] = await claim();
    counted.push([job?.attempt as number, job?.waits as number]);
    await retryJob(db, "me", job?.id as string, { delayMs: 0, error: "x", counts });
  }
  const [left] = await rows();
  expect([...counted, [left?.attempt, left?.waits]]).toEqual([
    [1, 0],
    [2, 0],
    [2, 1],
    [2, 2],
    [2, 2],
  ]);
});

test("a job knows whose it is; one of the whole system is nobody's", async () => {
  await add();
  await withSystem(db, (tx) => enqueue(tx, { queue: "q", payload: {} }));
  expect(new Set((await claim()).map(({ businessId }) => businessId))).toEqual(new Set([business, null]));
});

test("processes that look for the jobs of a dead one in the same moment free each of them once", async () => {
  for (let n = 0; n < 20; n++) await add();
  await claim("dead", 20);
  await withSystem(db, (tx) => tx.execute(sql`update jobs set lease_until = now() - interval '1 second'`));
  const freed = (await Promise.all(Array.from({ length: 6 }, () => rescueJobs(db)))).flat();
  expect(freed).toHaveLength(20);
});

test("jobs of a process that died are freed when their lease is over, and die when they always take it along", async () => {
  await add({ maxAttempts: 2 });
  const expire = () =>
    withSystem(db, (tx) => tx.execute(sql`update jobs set lease_until = now() - interval '1 second'`));
  await claim("dead one");
  expect(await rescueJobs(db)).toEqual([]);
  await expire();
  expect((await rescueJobs(db)).map((job) => job.dead)).toEqual([false]);
  const [again] = await claim("dead two");
  expect(again?.attempt).toBe(2);
  expect(await renewLeases(db, "dead two", [again?.id as string])).toEqual([again?.id as string]);
  expect(await renewLeases(db, "dead one", [again?.id as string])).toEqual([]);
  await expire();
  expect((await rescueJobs(db)).map((job) => job.dead)).toEqual([true]);
  expect(await claim()).toEqual([]);
});

test("the runner does a job that is added while it runs, at once and not at the next poll", async () => {
  const done = Promise.withResolvers<unknown>();
  run({ q: async (job) => done.resolve(job.payload) }, { clock: withoutPolls() });
  // The first claim finds nothing; from then on only the announcement can bring the job.
  await until(async () => (await listeners()).length > 0);
  await add({ payload: { hello: "שלום" } });
  expect(await done.promise).toEqual({ hello: "שלום" });
  await until(async () => (await rows()).length === 0);
});

test("a job that fails is tried again until it succeeds", async () => {
  let tries = 0;
  run({
    q: async () => {
      if (++tries < 3) throw new Error("not yet");
    },
  });
  await add();
  await until(async () => (await rows()).length === 0);
  expect(tries).toBe(3);
});

test("a poison job is given up after its tries, is told once, and holds up neither its lane nor the others", async () => {
  const dead: string[] = [];
  const done: number[] = [];
  const tries: number[] = [];
  run(
    {
      q: async (job) => {
        const { n } = job.payload as { n: number };
        if (n !== 0) return void done.push(n);
        tries.push(job.attempt);
        throw new Error("poison");
      },
    },
    { onDead: ({ id }) => void dead.push(id) },
  );
  await add({ lane: "sick", payload: { n: 0 } });
  await add({ lane: "sick", payload: { n: 1 } });
  await add({ lane: "well", payload: { n: 2 } });
  await until(async () => dead.length === 1 && (await rows()).length === 1);
  expect(tries).toEqual([1, 2, 3, 4, 5]);
  expect(done).toEqual([2, 1]);
  const left = await rows();
  expect(left.map(({ id, state, error }) => ({ id, state, error }))).toEqual([
    { id: dead[0] as string, state: "dead", error: "Error: poison" },
  ]);
});

test("a dependency that is away costs no try, however often", async () => {
  let tries = 0;
  const attempts: number[] = [];
  run({
    q: async (job) => {
      attempts.push(job.attempt);
      if (++tries <= 8) throw new AppError("unavailable", "the provider is away");
    },
  });
  await add({ maxAttempts: 2 });
  await until(async () => (await rows()).length === 0);
  expect(attempts).toEqual(Array.from({ length: 9 }, () => 1));
});

test("whoever asks for time is given it: the next try comes when they said", async () => {
  run({
    q: async () => {
      throw new AppError("rate_limited", "too fast", { retryAfterSeconds: 600 });
    },
  });
  await add();
  let waiting: Awaited<ReturnType<typeof rows>>[number] | undefined;
  while (waiting?.error == null) [waiting] = await rows();
  expect(waiting.state).toBe("ready");
  expect(waiting.runAt.since(waiting.createdAt).total("seconds")).toBeGreaterThanOrEqual(600);
});

test("a dependency that stays away for a day is given up", async () => {
  let dead = 0;
  run(
    {
      q: async () => {
        throw new AppError("unavailable", "gone");
      },
    },
    { onDead: () => void dead++ },
  );
  await add();
  await withSystem(db, (tx) => tx.execute(sql`update jobs set created_at = now() - interval '25 hours'`));
  await until(() => dead === 1);
});

test("stopping waits for running jobs, and gives back what does not end in time", async () => {
  const started = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  let finished = false;
  const patient = run({
    q: async (_job, signal) => {
      started.resolve();
      await release.promise;
      await rows(); // its work is not over in the same moment
      finished = !signal.aborted;
    },
  });
  await add();
  await started.promise;
  const stopping = patient.stop(10_000);
  release.resolve();
  await stopping;
  expect(finished).toBe(true);
  expect(await rows()).toEqual([]);

  const stuck = Promise.withResolvers<AbortSignal>();
  const runner = run({
    q: (_job, signal) => {
      stuck.resolve(signal);
      return new Promise(() => {});
    },
  });
  await add();
  const signal = await stuck.promise;
  await runner.stop(0);
  expect(signal.aborted).toBe(true);
  expect((await rows()).map(({ state, owner, attempt }) => ({ state, owner, attempt }))).toEqual([
    { state: "ready", owner: null, attempt: 0 },
  ]);
});

test("any mixture of lanes, failures and two runners: every job is done, and each lane in its order", async () => {
  const plan = fc.array(fc.record({ lane: fc.constantFrom("a", "b", "c", null), fails: fc.nat({ max: 2 }) }), {
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(plan, async (planned) => {
      await withSystem(db, (tx) => tx.delete(jobs));
      const done: number[] = [];
      const failures = planned.map((job) => job.fails);
      const handler: JobHandler = async (job) => {
        const { n } = job.payload as { n: number };
        if ((failures[n] as number)-- > 0) throw new Error("try again");
        done.push(n);
      };
      for (const [n, { lane }] of planned.entries()) await add({ payload: { n }, ...(lane ? { lane } : {}) });
      const pair = [run({ q: handler }), run({ q: handler })];
      await until(async () => (await rows()).length === 0);
      await Promise.all(pair.map((runner) => runner.stop(1_000)));
      expect(done.toSorted((a, b) => a - b)).toEqual(planned.map((_, n) => n));
      for (const lane of ["a", "b", "c"]) {
        const order = done.filter((n) => planned[n]?.lane === lane);
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 8 },
  );
}, 60_000);
