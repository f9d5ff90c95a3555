import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { addPerson } from "../app/testing/people.ts";
import { systemClock } from "../base/clock.ts";
import type { BusinessId } from "../base/ids.ts";
import { businesses } from "../db/schema/business.ts";
import { sessions as sessionRows, users } from "../db/schema/user.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { until } from "../e2e/testing/until.ts";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { addBusiness } from "../tenants/business.ts";
import { createSessionCache, type Sessions } from "./session-cache.ts";
import { beginSession, endSession } from "./sessions.ts";
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
async function remembering(clock = createVirtualClock(systemClock.instant())) {
  const cache = createSessionCache({ db, clock, random: Math.random });
  caches.push(cache);
  const { id } = await addPerson(db, "agent", businessId);
  const { token } = await withSystem(db, (tx) => beginSession(tx, id, clock.instant()));
  await until("the session is remembered", async () => {
    const [first, second] = [await cache.read(token), await cache.read(token)];
    return first !== null && first === second;
  });
  return { cache, token, id, clock };
}
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
