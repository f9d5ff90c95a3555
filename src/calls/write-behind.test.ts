import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Clock } from "../base/clock.ts";
import { silentLog } from "../base/log.ts";
import { readableLog } from "../base/testing/readable-log.ts";
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
/** The same, except for waits of exactly so long. */
const onlyOver = (waitMs: number): Clock => ({
  ...never,
  after: (ms, run) => (ms === waitMs ? impatient : never).after(ms, run),
});
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

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
        expect(batch.length).toBeWithin(1, 10 + 1);
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
    await turn();
    under--;
  });
  for (const row of [1, 2, 3]) queue.push(row);
  await turn();
  for (const row of [4, 5]) queue.push(row);
  await queue.idle();
  expect(batches).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});

test("a full queue refuses and counts, and says so once; what it took is still written", async () => {
  const { log, lines } = readableLog("error");
  const written: number[] = [];
  let isAway = true;
  const { queue } = make(
    async (batch) => {
      if (isAway) throw away;
      written.push(...batch);
    },
    { capacity: 5, batch: 2, log },
  );
  const taken = Array.from({ length: 20 }, (_, row) => row).filter((row) => queue.push(row));
  expect(queue.dropped).toBe(20 - taken.length);
  expect(taken.length).toBeLessThanOrEqual(7);
  expect(lines).toHaveLength(1);
  isAway = false;
  await queue.idle();
  expect(written).toEqual(taken);
});

test("closing waits for the rest, and tells how much the deadline left behind", async () => {
  const { queue: quick } = make(async () => {});
  quick.push(1);
  expect(await quick.close(1_000)).toBe(0);
  const { queue: stuck } = make(() => Promise.reject(away), { clock: onlyOver(5) });
  for (const row of [1, 2, 3]) stuck.push(row);
  expect(await stuck.close(5)).toBe(3);
});

test("whatever fails and whenever it ends, each write is in the database or in the shelter, and none there for good", async () => {
  const steps = fc.array(fc.constantFrom("push", "push", "push", "break", "heal", "turn"), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      const [written, sheltered] = [new Set<number>(), new Set<number>()];
      let [isAway, pushed] = [false, 0];
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

test("what comes while the database is known to be away is on the disk a moment later, without waiting for the next try", async () => {
  const onDisk: number[] = [];
  const append = async (rows: readonly number[]) => {
    onDisk.push(...rows);
    return rows.length;
  };
  const answer = Promise.withResolvers<void>();
  const { queue } = make(() => answer.promise, {
    clock: onlyOver(500), // what gathers is over, and what waits to be tried again is not
    shelter: { append, clear: async () => {} },
  });
  for (const row of [1, 2]) {
    queue.push(row);
    for (let n = 0; n < 3; n++) await turn();
  }
  expect(onDisk).toEqual([]);
  answer.reject(away);
  await turn();
  expect(onDisk).toEqual([1, 2]);
  for (const row of [3, 4]) {
    queue.push(row);
    for (let n = 0; n < 3; n++) await turn();
    expect(onDisk.at(-1)).toBe(row);
  }
  expect(onDisk).toEqual([1, 2, 3, 4]);
});

test("each outage has one line at its beginning and one at its end, and nothing is brought to the shelter after it", async () => {
  const { log, lines } = readableLog();
  const sheltered: number[] = [];
  const append = async (rows: readonly number[]) => {
    sheltered.push(...rows);
    return rows.length;
  };
  let fails = 0;
  const write = async () => {
    await turn();
    if (fails-- > 0) throw away;
  };
  const { queue } = make(write, { log, shelter: { append, clear: async () => {} } });
  for (const outage of [1, 2]) {
    fails = 3;
    queue.push(outage);
    await queue.idle();
    queue.push(-outage);
    await queue.idle();
  }
  const [begins, ends] = ["writes wait: the database is away", "writes go through again"];
  expect(lines.map((line) => /\[DB\] (.*?) rows/.exec(line)?.[1])).toEqual([begins, ends, begins, ends]);
  expect(sheltered).toEqual([1, 2]);
});

test("the end says how many writes lie on the disk and how many are lost, if any", async () => {
  const said = async (roomOnDisk: number) => {
    const { log, lines } = readableLog();
    const onDisk: number[] = [];
    const append = async (rows: readonly number[]) => {
      const kept = rows.slice(0, roomOnDisk - onDisk.length);
      onDisk.push(...kept);
      return kept.length;
    };
    const shelter = { append, clear: async () => {} };
    const { queue } = make(() => Promise.reject(away), { clock: onlyOver(5), shelter, log });
    for (const row of [1, 2, 3]) queue.push(row);
    expect(await queue.close(5)).toBe(3 - roomOnDisk);
    return lines.slice(1).map((line) => line.replace(/^\S+ /, "")); // the first says that the database is away
  };
  const onDisk = "warn [DB] writes wait on the disk for the next start";
  const lost = "error [DB] writes are lost: neither the database nor the disk took them";
  expect(await said(3)).toEqual([`${onDisk} rows=3`]);
  expect(await said(2)).toEqual([`${onDisk} rows=2`, `${lost} rows=1`]);
  const { log, lines } = readableLog();
  const { queue } = make(async () => {}, { log });
  queue.push(1);
  await queue.close(1_000);
  expect(lines).toEqual([]);
});

test("what was left to the next start is not written by this process as well", async () => {
  let tries = 0;
  let isAway = true;
  const { queue } = make(async () => {
    tries++;
    if (isAway) throw away;
  });
  queue.push(1);
  await queue.close(1);
  isAway = false;
  const triesBefore = tries;
  for (let n = 0; n < 20; n++) await turn();
  expect(tries).toBe(triesBefore);
});

test("a write that comes in the very moment in which the last one is done is not forgotten", async () => {
  for (let microtasks = 0; microtasks < 25; microtasks++) {
    const written: number[] = [];
    const first = Promise.withResolvers<void>();
    const { queue } = make(
      async (batch) => {
        written.push(...batch);
        first.resolve();
      },
      { clock: never },
    );
    queue.push(1);
    await first.promise;
    for (let n = 0; n < microtasks; n++) await null;
    queue.push(2);
    await turn();
    expect([microtasks, written]).toEqual([microtasks, [1, 2]]);
  }
});

test("nothing gathers while somebody waits for it, or for everything", async () => {
  const written: number[] = [];
  const { queue } = make(
    async (batch) => {
      await turn();
      written.push(...batch);
    },
    { clock: never },
  );
  queue.push(1);
  await turn();
  queue.push(2); // the first is under way
  while (written.length < 2) await turn();
  queue.push(3);
  let isIdle = false;
  const all = queue.idle().then(() => {
    isIdle = true;
  });
  for (let row = 4; !isIdle; await turn()) if (row <= 6) queue.pushLater(row++); // each while the one before is under way
  await all;
  expect(written).toEqual([1, 2, 3, 4, 5, 6]);
  queue.pushLater(7);
  for (let n = 0; n < 5; n++) await turn();
  expect(written).toHaveLength(6);
});

test("rows that nobody waits for go together, and at once when somebody does", async () => {
  const batches: number[][] = [];
  const { queue } = make(async (batch) => void batches.push([...batch]), { clock: never });
  queue.pushLater(1);
  await turn();
  queue.pushLater(2);
  await turn();
  expect(batches).toEqual([]);
  queue.push(3);
  await turn();
  expect(batches).toEqual([[1, 2, 3]]);
  queue.pushLater(4);
  await queue.idle();
  for (let row = 0; row < 10; row++) queue.pushLater(row);
  await turn();
  expect(batches.slice(1)).toEqual([[4], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
});
