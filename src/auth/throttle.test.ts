import { afterAll, beforeAll, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { limits } from "../limits.ts";
import { countAttempts, forgetAttempts } from "./throttle.ts";

// K12, as the login and the links count: auth.test.ts tries it through the doors.
let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const start = Temporal.Instant.from("2026-11-24T08:00:00Z");
let names = 0;
const somebody = (): string => `account ${++names}`;

/** What came of one attempt at each: null, or the seconds after which it may be tried again. */
const attempt = (attempts: Record<string, number>, now = start): Promise<number | null> =>
  countAttempts(
    db,
    Object.entries(attempts).map(([what, max]) => ({ what, max })),
    now,
  ).then(
    () => null,
    (error) => (error.code === "rate_limited" ? error.retryAfterSeconds : Promise.reject(error)),
  );

test("a window begins with its first attempt and is over a quarter of an hour later, whatever came in it", async () => {
  const dana = somebody();
  const windowSeconds = limits.loginWindowMs / 1_000;
  const after = (seconds: number) => attempt({ [dana]: 1 }, start.add({ seconds }));
  expect([await after(0), await after(1), await after(windowSeconds - 1)]).toEqual([null, windowSeconds - 1, 1]);
  expect([await after(windowSeconds), await after(windowSeconds + 1)]).toEqual([null, windowSeconds - 1]);
});

test("one of several that was tried too often is enough, and all of them are counted", async () => {
  const [dana, address] = [somebody(), somebody()];
  expect(await attempt({ [dana]: 5, [address]: 1 })).toBeNull();
  expect(await attempt({ [dana]: 5, [address]: 1 })).toBeGreaterThan(0);
  expect(await attempt({ [dana]: 2 })).toBeGreaterThan(0);
});

test("a success forgets this account and takes its try back from the address; nobody else's count changes", async () => {
  const [dana, other, address, elsewhere] = [somebody(), somebody(), somebody(), somebody()];
  for (const account of [dana, other]) await attempt({ [account]: 9, [address]: 9, [elsewhere]: 9 });
  await forgetAttempts(db, dana, address);
  expect(await attempt({ [dana]: 1 })).toBeNull();
  expect(await attempt({ [address]: 2 })).toBeNull();
  expect(await attempt({ [other]: 1 })).toBeGreaterThan(0);
  expect(await attempt({ [elsewhere]: 2 })).toBeGreaterThan(0);
  // Where nobody says from where it came, no address gets anything back; and a count never goes below none.
  await forgetAttempts(db, somebody());
  expect(await attempt({ [address]: 2 })).toBeGreaterThan(0);
});
