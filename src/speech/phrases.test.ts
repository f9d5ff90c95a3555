import { afterAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../base/errors.ts";
import { silentLog } from "../base/log.ts";
import { limits } from "../limits.ts";
import { ManualClock } from "../realtime/testing/manual-clock.ts";
import { PhraseCache } from "./phrases.ts";

const root = await mkdtemp(join(tmpdir(), "phrases-"));
afterAll(() => rm(root, { recursive: true, force: true }));
let folders = 0;

/** A cache over a reader that waits to be told: `finish` ends the oldest reading. */
function make(storageDir = join(root, String(folders++)), part: { model?: string } = {}) {
  const readings: { voice: string; text: string; finish(audio?: Uint8Array): void; fail(thrown: Error): void }[] = [];
  let most = 0;
  const started: (() => void)[] = [];
  const clock = new ManualClock();
  const cache = new PhraseCache({
    clock,
    log: silentLog,
    storageDir,
    model: "voice-1",
    ...part,
    readAloud: (voice, text) =>
      new Promise((resolve, reject) => {
        const leave = () => readings.splice(readings.indexOf(reading), 1);
        const reading = {
          voice,
          text,
          finish: (audio = new Uint8Array(160).fill(text.length)) => {
            leave();
            resolve(audio);
          },
          fail: (thrown: Error) => {
            leave();
            reject(thrown);
          },
        };
        readings.push(reading);
        most = Math.max(most, readings.length);
        for (const resolveStarted of started.splice(0)) resolveStarted();
      }),
  });
  /** The oldest reading, as soon as so many are going on. */
  const reading = async (count = 1) => {
    while (readings.length < count) await new Promise<void>((resolve) => started.push(resolve));
    return readings[0]!;
  };
  return { cache, clock, storageDir, readings, reading, most: () => most };
}

test("a phrase is read once, then comes from memory", async () => {
  const { cache, reading, readings } = make();
  expect(cache.get("marin", "שלום")).toBeNull();
  const prepared = cache.prepare("marin", "שלום");
  (await reading()).finish();
  const audio = await prepared;
  expect(cache.get("marin", "שלום")).toBe(audio);
  expect(await cache.prepare("marin", "שלום")).toBe(audio);
  expect(readings.length).toBe(0);
});

test("many calls that want the same phrase wait for one reading", async () => {
  const { cache, reading, most } = make();
  const all = Promise.all(Array.from({ length: 50 }, () => cache.prepare("marin", "שלום")));
  (await reading()).finish();
  expect(new Set(await all).size).toBe(1);
  expect(most()).toBe(1);
});

test("voice and model make another recording of the same text", async () => {
  const storageDir = join(root, "keys");
  const names = async (part: { model?: string }, voice: string) => {
    const { cache, reading } = make(storageDir, part);
    const prepared = cache.prepare(voice, "שלום");
    (await reading()).finish();
    await prepared;
  };
  await names({}, "marin");
  await names({}, "cedar");
  await names({ model: "voice-2" }, "marin");
  expect((await readdir(join(storageDir, "phrases"))).length).toBe(3);
});

test("the next process finds what this one rendered", async () => {
  const first = make();
  const prepared = first.cache.prepare("marin", "שלום");
  (await first.reading()).finish(new Uint8Array(320).fill(9));
  await prepared;
  const second = make(first.storageDir);
  expect(await second.cache.prepare("marin", "שלום")).toEqual(new Uint8Array(320).fill(9));
  expect(second.most()).toBe(0);
});

test("a process recalls what an earlier one rendered before anybody asks, and renders nothing for it", async () => {
  const first = make();
  const prepared = first.cache.prepare("marin", "שלום");
  (await first.reading()).finish(new Uint8Array(320).fill(9));
  await prepared;
  const second = make(first.storageDir);
  await Promise.all([second.cache.recall("marin", "שלום"), second.cache.recall("marin", "מעולם לא נאמר")]);
  expect(second.cache.get("marin", "שלום")).toEqual(new Uint8Array(320).fill(9));
  expect([second.cache.get("marin", "מעולם לא נאמר"), second.most()]).toEqual([null, 0]);
});

test("what is recalled while a call asks for it takes its room once: the next phrase drops nothing", async () => {
  const audio = new Uint8Array(160 * Math.floor((0.4 * limits.phraseMemoryBytes) / 160)).fill(9);
  const first = make();
  for (const text of ["שלום", "להתראות"]) {
    const prepared = first.cache.prepare("marin", text);
    (await first.reading()).finish(audio);
    await prepared;
  }
  const { cache } = make(first.storageDir);
  await Promise.all([cache.recall("marin", "שלום"), cache.prepare("marin", "שלום")]);
  await cache.prepare("marin", "להתראות");
  expect(cache.get("marin", "שלום")?.length).toBe(audio.length);
});

for (const [what, content] of [
  ["empty", new Uint8Array(0)],
  ["cut in the middle of a frame", new Uint8Array(100)],
] as const)
  test(`a file that is ${what} is rendered again`, async () => {
    const first = make();
    const prepared = first.cache.prepare("marin", "שלום");
    (await first.reading()).finish();
    await prepared;
    const folder = join(first.storageDir, "phrases");
    const [name] = await readdir(folder);
    await writeFile(join(folder, name!), content);
    const second = make(first.storageDir);
    const again = second.cache.prepare("marin", "שלום");
    (await second.reading()).finish(new Uint8Array(160).fill(7));
    expect(await again).toEqual(new Uint8Array(160).fill(7));
  });

test("a disk that cannot be written costs nothing now", async () => {
  const storageDir = join(root, "blocked");
  await mkdir(storageDir);
  await writeFile(join(storageDir, "phrases"), "a file where the folder should be");
  const { cache, reading } = make(storageDir);
  const prepared = cache.prepare("marin", "שלום");
  (await reading()).finish();
  expect((await prepared).length).toBe(160);
  expect(cache.get("marin", "שלום")).not.toBeNull();
});

test("at most four are read at the same time, and every waiting one gets its turn", async () => {
  const { cache, reading, most } = make();
  const all = Promise.all(Array.from({ length: 20 }, (_, n) => cache.prepare("marin", `text ${n}`)));
  await reading(limits.phrasesAtOnce);
  // Every other one has looked at the disk by now and waits.
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  for (let left = 20; left > 0; left--) (await reading(Math.min(left, limits.phrasesAtOnce))).finish();
  expect((await all).length).toBe(20);
  expect(most()).toBe(limits.phrasesAtOnce);
});

test("a failed reading fails only who asked, gives its place back, and is tried anew later", async () => {
  const { cache, clock, reading } = make();
  for (let n = 0; n < limits.phrasesAtOnce + 2; n++) {
    const prepared = cache.prepare("marin", "שלום");
    (await reading()).fail(new AppError("unavailable", "down"));
    expect(prepared).rejects.toMatchObject({ code: "unavailable" });
    await prepared.catch(() => {});
    clock.advance(limits.phraseRetryMs);
  }
  const prepared = cache.prepare("marin", "שלום");
  (await reading()).finish();
  expect((await prepared).length).toBe(160);
});

test("a model in trouble is not asked for the same text again by every call", async () => {
  const { cache, clock, reading, readings } = make();
  const first = cache.prepare("marin", "שלום");
  (await reading()).fail(new AppError("upstream", "no"));
  await first.catch(() => {});
  clock.advance(limits.phraseRetryMs - 1);
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => cache.prepare("marin", "שלום")));
  expect(outcomes.every(({ status }) => status === "rejected")).toBe(true);
  expect(readings).toEqual([]);
});

test("an empty text and a speech are no phrases", async () => {
  const { cache } = make();
  for (const text of ["", "  ", "x".repeat(limits.phraseChars + 1)])
    expect(cache.prepare("marin", text)).rejects.toMatchObject({ code: "invalid" });
});

test("memory is bounded: the phrase used longest ago is read from disk again", async () => {
  const { cache, reading, most } = make();
  const big = Math.floor(limits.phraseMemoryBytes / 3 / 160) * 160;
  for (const text of ["a", "b", "c"]) {
    const prepared = cache.prepare("marin", text);
    (await reading()).finish(new Uint8Array(big));
    await prepared;
  }
  cache.get("marin", "a");
  const prepared = cache.prepare("marin", "d");
  (await reading()).finish(new Uint8Array(big));
  await prepared;
  expect(["a", "b", "c", "d"].map((text) => cache.get("marin", text) !== null)).toEqual([true, false, true, true]);
  expect((await cache.prepare("marin", "b")).length).toBe(big);
  expect(most()).toBe(1);
});
