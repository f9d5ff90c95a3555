import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { addPerson } from "../app/testing/people.ts";
import { systemClock } from "../base/clock.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Database } from "../db/client.ts";
import { businesses } from "../db/schema/business.ts";
import { sessions as sessionRows, users } from "../db/schema/user.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { until } from "../e2e/testing/until.ts";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { addBusiness } from "../tenants/business.ts";
import { createSessionCache, type Sessions } from "./session-cache.ts";
import { beginSession, endSession, type LoggedIn } from "./sessions.ts";
import { keyOf } from "./tokens.ts";

let db: TestDatabase;
let businessId: BusinessId;
const caches: Sessions[] = [];

beforeAll(async () => {
  db = await testDatabase();
  businessId = await addBusiness(db, { name: "מספרה", phone: "+97231110001" as never });
}, 30_000);
afterEach(async () => {
  for (const cache of caches.splice(0)) await cache.close();
});
afterAll(() => db.drop());

/** A process that has remembered the session: what it reads is not asked of the database any more. */
async function remembering(clock = createVirtualClock(systemClock.instant()), on: Database = db, known?: Sessions) {
  const cache = known ?? createSessionCache({ db: on, clock, random: Math.random });
  if (!known) caches.push(cache);
  const { id } = await addPerson(db, "agent", businessId);
  const { token } = await withSystem(db, (tx) => beginSession(tx, id, clock.instant()));
  await remembers(cache, token);
  return { cache, token, id, clock };
}
const remembers = (cache: Sessions, token: string) =>
  until("the session is remembered", async () => {
    const [first, second] = [await cache.read(token), await cache.read(token)];
    return first !== null && first === second;
  });
const isOut = (cache: Sessions, token: string) =>
  until("the session is over", async () => (await cache.read(token)) === null);

test("a session ended by another process is over here as soon as that is heard", async () => {
  const { cache, token } = await remembering();
  await withSystem(db, (tx) => endSession(tx, keyOf(token)));
  await isOut(cache, token);
});

test("one that this process ends is over at once", async () => {
  const [mine, everywhere] = [await remembering(), await remembering()];
  await withSystem(db, (tx) => endSession(tx, keyOf(mine.token)));
  mine.cache.forget({ key: keyOf(mine.token) });
  expect(await mine.cache.read(mine.token)).toBeNull();
  await withSystem(db, (tx) => tx.delete(sessionRows).where(eq(sessionRows.userId, everywhere.id)));
  everywhere.cache.forget({ userId: everywhere.id });
  expect(await everywhere.cache.read(everywhere.token)).toBeNull();
});

test("a disabled person and a suspended business are out, whoever does it", async () => {
  const disabled = await remembering();
  await withTenant(db, businessId, (tx) =>
    tx.update(users).set({ status: "disabled" }).where(eq(users.id, disabled.id)),
  );
  await isOut(disabled.cache, disabled.token);
  const { cache, token } = await remembering();
  const set = (status: "active" | "suspended") =>
    withSystem(db, (tx) => tx.update(businesses).set({ status }).where(eq(businesses.id, businessId)));
  await set("suspended");
  try {
    await isOut(cache, token);
  } finally {
    await set("active");
  }
});

test("nothing is remembered for longer than some seconds", async () => {
  const { cache, token, clock } = await remembering();
  const remembered = await cache.read(token);
  clock.advance(limits.sessionRememberedMs);
  const again = await cache.read(token);
  expect(again).toEqual(remembered);
  expect(again).not.toBe(remembered);
});

/** A database whose next answer is kept back until it is let go; counts the questions. */
function slowDatabase() {
  let held: { answered: PromiseWithResolvers<void>; told: PromiseWithResolvers<void> } | null = null;
  let asked = 0;
  const slow: Database = {
    ...db,
    async within(deadlineMs, work) {
      asked++;
      const gate = held;
      held = null;
      const answer = await db.within(deadlineMs, work);
      gate?.answered.resolve();
      await gate?.told.promise;
      return answer;
    },
  };
  /** The next answer is kept back from when it is there (`answered`) until `letGo`. */
  const hold = () => {
    const gate = { answered: Promise.withResolvers<void>(), told: Promise.withResolvers<void>() };
    held = gate;
    return { answered: gate.answered.promise, letGo: gate.told.resolve };
  };
  return { slow, hold, asked: () => asked };
}

test("what was being read while its end was heard is not remembered, and nobody waits for that answer", async () => {
  const { slow, hold } = slowDatabase();
  const { cache, token, clock } = await remembering(undefined, slow);
  const { token: other } = await remembering(clock, slow, cache);
  clock.advance(limits.sessionRememberedMs);
  // Known anew, so that its end is noticed when it is heard, and not when the database is asked.
  await remembers(cache, other);
  const { answered, letGo } = hold();
  const early = cache.read(token);
  await answered;
  await withSystem(db, (tx) => endSession(tx, keyOf(token)));
  await withSystem(db, (tx) => endSession(tx, keyOf(other)));
  await isOut(cache, other); // so the first end was heard as well
  expect(await cache.read(token)).toBeNull();
  letGo();
  expect(await early).not.toBeNull(); // it was asked before
  expect(await cache.read(token)).toBeNull();
});

test("what was being read while this process ended something is asked for again", async () => {
  const { slow, hold } = slowDatabase();
  const { cache, token, clock } = await remembering(undefined, slow);
  clock.advance(limits.sessionRememberedMs);
  const { letGo } = hold();
  const early = cache.read(token);
  cache.forget({ key: keyOf(token) });
  letGo();
  expect(await cache.read(token)).not.toBe(await early);
});

test("a herd of panels with one session is one question", async () => {
  const { slow, asked } = slowDatabase();
  const { cache, token, clock } = await remembering(undefined, slow);
  clock.advance(limits.sessionRememberedMs);
  const before = asked();
  await Promise.all(Array.from({ length: 20 }, () => cache.read(token)));
  expect(asked() - before).toBe(1);
});

/** A process that hears only what the test lets it hear; `hearAgain` is what follows a lost connection. */
async function deafProcess(max?: number) {
  let hearAgain = (): void => {};
  const listen = (_channel: string, _onNotice: unknown, onListening: () => void) => {
    hearAgain = onListening;
    return new Promise<never>(() => {});
  };
  const sql = new Proxy(db.sql, { get: (of, name) => (name === "listen" ? listen : Reflect.get(of, name)) });
  const deaf: Database = { ...db, sql, within: (deadlineMs, work) => db.within(deadlineMs, work) };
  const clock = createVirtualClock(systemClock.instant());
  const cache = createSessionCache({ db: deaf, clock, random: () => 0.5, ...(max !== undefined && { max }) });
  const { id } = await addPerson(db, "agent", businessId);
  const begin = async () => (await withSystem(db, (tx) => beginSession(tx, id, systemClock.instant()))).token;
  return { cache, begin, hearAgain: () => hearAgain() };
}

test("a process that cannot hear of ends remembers nothing", async () => {
  const { cache, begin } = await deafProcess();
  const token = await begin();
  const [first, second] = [await cache.read(token), await cache.read(token)];
  expect(first).not.toBeNull();
  expect(second).not.toBe(first);
});

test("a process that cannot hear of ends answers nobody by what another asked before", async () => {
  const { cache, begin } = await deafProcess();
  const token = await begin();
  const [first, second] = await Promise.all([cache.read(token), cache.read(token)]);
  expect(first).not.toBeNull();
  expect(second).not.toBe(first);
});

test("one that was deaf for a while and hears again does not go by what it remembered", async () => {
  const { cache, begin, hearAgain } = await deafProcess();
  const token = await begin();
  hearAgain();
  const known = await cache.read(token);
  await withSystem(db, (tx) => endSession(tx, keyOf(token)));
  expect(await cache.read(token)).toBe(known); // it has not heard
  hearAgain();
  expect(await cache.read(token)).toBeNull();
});

test("no more than so many are remembered, and the oldest are forgotten first", async () => {
  const { cache, begin, hearAgain } = await deafProcess(2);
  hearAgain();
  const tokens = [await begin(), await begin(), await begin()];
  const known: (LoggedIn | null)[] = [];
  for (const token of tokens) known.push(await cache.read(token));
  expect(await cache.read(tokens[2]!)).toBe(known[2]!);
  expect(await cache.read(tokens[1]!)).toBe(known[1]!);
  expect(await cache.read(tokens[0]!)).not.toBe(known[0]!);
});
