import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Clock } from "../base/clock.ts";
import { silentLog } from "../base/log.ts";
import { WriteBehind, type WriteBehindDeps } from "./write-behind.ts";

/** A clock whose waits are over at once, in a later turn: an outage of a minute takes no time. */
const impatient: Clock = {
  nowMs: () => 0,
  instant: () => Temporal.Now.instant(),
  after(_ms, run) {
    const timer = setImmediate(run);
    return { cancel: () => clearImmediate(timer) };
  },
  every: () => ({ cancel: () => {} }),
};
/** A clock on which nothing is ever over. */
const never: Clock = { ...impatient, after: () => ({ cancel: () => {} }) };

const away = new Error("away");
const wrong = new Error("wrong");

function make(write: WriteBehindDeps<number>["write"], over: Partial<WriteBehindDeps<number>> = {}) {
  const refused: number[] = [];
  const queue = new WriteBehind<number>({
    capacity: 1_000,
    batch: 10,
    gatherMs: 500,
    write,
    mayPass: (error) => error === away,
    shelter: { append: async () => 0, clear: async () => {} },
    refused: (row) => refused.push(row),
    clock: impatient,
    log: silentLog,
    random: () => 0.5,
    ...over,
  });
  return { queue, refused };
}

test("whatever fails for a while, everything is written, in order", async () => {
  const outages = fc.array(fc.boolean(), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 120 }), outages, async (rows, fails) => {
      const written: number[] = [];
      const { queue } = make(async (batch) => {
        if (fails.shift()) throw away;
        written.push(...batch);
      });
      for (let row = 0; row < rows; row++) queue.push(row);
      await queue.idle();
      expect(written).toEqual(Array.from({ length: rows }, (_, row) => row));
      expect(queue.pending).toBe(0);
    }),
  );
});

test("a row that can never be written costs itself and nothing else", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: 59 })), async (poison) => {
      const written: number[] = [];
      const { queue, refused } = make(async (batch) => {
        if (batch.some((row) => poison.includes(row))) throw wrong;
        written.push(...batch);
      });
      for (let row = 0; row < 60; row++) queue.push(row);
      await queue.idle();
      expect(refused).toEqual(poison.toSorted((a, b) => a - b));
      expect(written).toEqual(Array.from({ length: 60 }, (_, row) => row).filter((row) => !poison.includes(row)));
    }),
  );
});

test("one batch is under way at a time, and what comes meanwhile goes with the next", async () => {
  const batches: number[][] = [];
  let under = 0;
  const { queue } = make(async (batch) => {
    expect(++under).toBe(1);
    batches.push([...batch]);
    await new Promise((resolve) => setImmediate(resolve));
    under--;
  });
  for (const row of [1, 2, 3]) queue.push(row);
  await new Promise((resolve) => setImmediate(resolve));
  for (const row of [4, 5]) queue.push(row);
  await queue.idle();
  expect(batches).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});

test("a full queue refuses and counts; what it took is still written", async () => {
  const written: number[] = [];
  let isAway = true;
  const { queue } = make(
    async (batch) => {
      if (isAway) throw away;
      written.push(...batch);
    },
    { capacity: 5, batch: 2 },
  );
  const taken = Array.from({ length: 20 }, (_, row) => row).filter((row) => queue.push(row));
  expect(queue.dropped).toBe(20 - taken.length);
  expect(taken.length).toBeLessThanOrEqual(7);
  isAway = false;
  await queue.idle();
  expect(written).toEqual(taken);
});

test("closing waits for the rest, and tells how much the deadline left behind", async () => {
  const { queue: quick } = make(async () => {});
  quick.push(1);
  expect(await quick.close(1_000)).toBe(0);
  const { queue: stuck } = make(() => Promise.reject(away), {
    clock: { ...never, after: (ms, run) => (ms === 5 ? impatient.after(0, run) : never.after(ms, run)) },
  });
  for (const row of [1, 2, 3]) stuck.push(row);
  expect(await stuck.close(5)).toBe(3);
});

test("whatever fails and whenever it ends, each write is in the database or in the shelter, and none there for good", async () => {
  const steps = fc.array(fc.constantFrom("push", "push", "push", "break", "heal", "turn"), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const [written, sheltered] = [new Set<number>(), new Set<number>()];
      let [isAway, pushed] = [false, 0];
      const turn = () => new Promise((resolve) => setImmediate(resolve));
      const shelter = {
        async append(rows: readonly number[]) {
          await turn();
          for (const row of rows) sheltered.add(row);
          return rows.length;
        },
        clear: async () => sheltered.clear(),
      };
      const write = async (batch: readonly number[]) => {
        await turn();
        if (isAway) throw away;
        for (const row of batch) written.add(row);
      };
      const { queue } = make(write, { shelter, batch: 3 });
      for (const step of taken) {
        if (step === "push") queue.push(pushed++);
        else if (step === "turn") await turn();
        else isAway = step === "break";
      }
      expect(await queue.close(1)).toBe(0);
      expect(written.union(sheltered).size).toBe(pushed);
      if (queue.pending === 0) expect(sheltered.size).toBe(0);
    }),
    { numRuns: 300 },
  );
});

test("rows that nobody waits for go together, and at once when somebody does", async () => {
  const batches: number[][] = [];
  const { queue } = make(async (batch) => void batches.push([...batch]), { clock: never });
  queue.pushLater(1);
  await Bun.sleep(0);
  queue.pushLater(2);
  await Bun.sleep(0);
  expect(batches).toEqual([]);
  queue.push(3);
  await Bun.sleep(0);
  expect(batches).toEqual([[1, 2, 3]]);
  queue.pushLater(4);
  await queue.idle();
  for (let row = 0; row < 10; row++) queue.pushLater(row);
  await Bun.sleep(0);
  expect(batches.slice(1)).toEqual([[4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
});
