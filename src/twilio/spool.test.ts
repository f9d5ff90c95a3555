import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../base/errors.ts";
import { silentLog } from "../base/log.ts";
import { until } from "../e2e/testing/until.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { Spool } from "./spool.ts";

test("webhooks kept while earlier ones are being stored are stored too, without waiting for another webhook", async () => {
  const folder = mkdtempSync(join(tmpdir(), "spool-"));
  const clock = createVirtualClock(Temporal.Instant.from("2026-11-24T08:15:00Z"));
  const first = Promise.withResolvers<void>();
  const taken: number[] = [];
  const take = async (entry: number) => {
    if (entry === 1) await first.promise;
    taken.push(entry);
  };
  const spool = new Spool<number>({ folder, take, laneOf: String, clock, log: silentLog });
  await spool.put(1);
  clock.advance(1_000); // it is being taken
  await spool.put(2);
  clock.advance(1_000); // the second one's time has come meanwhile
  first.resolve();
  await until("both", () => {
    clock.advance(100);
    return taken.length === 2;
  });
  await spool.stop();
  expect(taken).toEqual([1, 2]);
  expect(readdirSync(folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});

interface Said {
  from: string;
  text: string;
}

const endOf = (name: string): string => name.split(".").at(-1)!;

/** A spool whose taker refuses as told, on a clock that the test moves. */
function kept(refuse: (entry: Said) => Error | null) {
  const folder = mkdtempSync(join(tmpdir(), "spool-"));
  const clock = createVirtualClock();
  const taken: string[] = [];
  let tries = 0;
  const take = async (entry: Said) => {
    tries++;
    const error = refuse(entry);
    if (error !== null) throw error;
    taken.push(entry.text);
  };
  let lanesAsked = 0;
  const laneOf = ({ from }: Said) => {
    lanesAsked++;
    return from;
  };
  const spool = new Spool<Said>({ folder, take, laneOf, clock, log: silentLog });
  /** Lets time pass until so many tries were made. */
  const passed = (count: number) =>
    until("tries", () => {
      if (tries < count) clock.advance(1_000);
      return tries >= count;
    });
  const end = async () => {
    await spool.stop();
    const names = readdirSync(folder);
    rmSync(folder, { recursive: true });
    return names;
  };
  return { spool, folder, clock, taken, passed, end, tries: () => tries, lanesAsked: () => lanesAsked };
}

// One webhook that could never be stored held up those of all customers of all businesses for an hour.
test("an entry that cannot be taken holds up its own lane, in order, and nobody else's", async () => {
  let isBroken = true;
  const { spool, taken, passed, end, tries } = kept(({ text }) =>
    isBroken && text === "poison" ? new Error("broken") : null,
  );
  for (const [from, text] of [
    ["a", "poison"],
    ["b", "1"],
    ["a", "after"],
    ["b", "2"],
  ] as const)
    await spool.put({ from, text });
  await passed(6); // three in each pass at first, then the one that is refused
  expect(taken).toEqual(["1", "2"]);
  isBroken = false;
  await passed(tries() + 2);
  expect(taken).toEqual(["1", "2", "poison", "after"]);
  expect(await end()).toEqual([]);
});

test("what waits behind a refused entry was read from the disk each second", async () => {
  const { spool, passed, end, lanesAsked } = kept(() => new Error("broken"));
  for (let n = 0; n < 20; n++) await spool.put({ from: "a", text: String(n) });
  await passed(10);
  expect(lanesAsked()).toBeLessThan(20 + 10 + 1);
  expect(await end()).toHaveLength(20);
});

test("one that is refused for an hour is put aside; while the database is away nothing is, however long", async () => {
  for (const [error, left] of [
    [new Error("broken"), ["refused"]],
    [new AppError("unavailable", "away"), ["json"]],
  ] as const) {
    const { spool, passed, end, clock, folder, tries } = kept(() => error);
    await spool.put({ from: "a", text: "x" });
    await passed(1);
    clock.advance(59 * 60_000);
    await passed(tries() + 1);
    await passed(tries() + 1);
    expect(readdirSync(folder).map(endOf)).toEqual(["json"]);
    clock.advance(60_000);
    await until("another try", () => {
      clock.advance(1_000);
      return tries() > 6 || readdirSync(folder).some((name) => name.endsWith("refused"));
    });
    expect((await end()).map(endOf)).toEqual([...left]);
  }
});

test("a database that is away is not asked for everything that waits for it", async () => {
  let isAway = true;
  const { spool, taken, passed, end, tries } = kept(() => (isAway ? new AppError("unavailable", "away") : null));
  for (let n = 0; n < 20; n++) await spool.put({ from: String(n), text: String(n) });
  await passed(1);
  expect(tries()).toBeLessThan(10);
  isAway = false;
  await passed(tries() + 20);
  expect(taken).toHaveLength(20);
  expect(await end()).toEqual([]);
});
