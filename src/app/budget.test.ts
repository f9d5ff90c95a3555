import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { type Clock, systemClock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import { notifications } from "../db/schema/notification.ts";
import { usage } from "../db/schema/usage.ts";
import { withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { addBusiness } from "../tenants/business.ts";
import type { BusinessProfile } from "../tenants/directory.ts";
import { createBudget } from "./budget.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

test("a business that has used up its day takes messages until its own midnight, and is told once", async () => {
  // 23:00 in Jerusalem; a million tokens of text cost 16 shekels at 4 shekels a dollar.
  let now = Temporal.Instant.from("2026-01-05T21:00:00Z");
  const clock: Clock = { ...systemClock, instant: () => now, every: () => ({ cancel: () => {} }) };
  const [capped, roomy, free] = [
    await addBusiness(db, { name: "א", phone: "+97231117001" as Phone }),
    await addBusiness(db, { name: "ב", phone: "+97231117002" as Phone }),
    await addBusiness(db, { name: "ג", phone: "+97231117003" as Phone }),
  ];
  const profile = (id: string, dailyCapAgorot: number | null) =>
    ({ id, dailyCapAgorot, timezone: "Asia/Jerusalem" }) as BusinessProfile;
  const profiles = () => [profile(capped, 1_600), profile(roomy, 1_601), profile(free, null)];
  for (const businessId of [capped, roomy, free])
    await withTenant(db, businessId, (tx) =>
      tx.insert(usage).values({
        id: newId(),
        businessId,
        key: "a",
        kind: "voice",
        model: "gpt-realtime-2.1",
        textInputTokens: 1_000_000,
        createdAt: now.subtract({ hours: 1 }),
      }),
    );
  const budget = createBudget({ db, clock, log: silentLog, usdIlsRate: 4, profiles });
  expect(budget.isSpent(capped)).toBe(false);
  for (let i = 0; i < 2; i++) await budget.refresh();
  expect([capped, roomy, free].map(budget.isSpent)).toEqual([true, false, false]);
  const told = await withTenant(db, capped, (tx) =>
    tx.select().from(notifications).where(eq(notifications.kind, "budget_spent")),
  );
  expect(told.map(({ subject }) => subject)).toEqual(["budget:2026-01-05"]);
  now = Temporal.Instant.from("2026-01-05T22:00:01Z");
  await budget.refresh();
  expect(budget.isSpent(capped)).toBe(false);
});

test("cap-never-holds: a model that the price list does not know yet uses up the day as well", async () => {
  const now = Temporal.Instant.from("2026-11-27T12:00:00Z");
  const clock: Clock = { ...systemClock, instant: () => now, every: () => ({ cancel: () => {} }) };
  const id = await addBusiness(db, { name: "ד", phone: "+97231117004" as Phone });
  await withTenant(db, id, (tx) =>
    tx.insert(usage).values({
      id: newId(),
      businessId: id,
      key: "a",
      kind: "voice",
      model: "gpt-realtime-99",
      audioOutputTokens: 100_000,
      createdAt: now.subtract({ hours: 1 }),
    }),
  );
  const profiles = () => [{ id, dailyCapAgorot: 2_000, timezone: "Asia/Jerusalem" } as BusinessProfile];
  const budget = createBudget({ db, clock, log: silentLog, usdIlsRate: 4, profiles });
  await budget.refresh();
  expect(budget.isSpent(id)).toBe(true); // 100,000 tokens at 64 dollars a million: 25.60 shekels
  budget.stop();
});

test("while the database is slow the businesses are asked about once, not anew with every look", async () => {
  let look = () => {};
  const every: Clock["every"] = (_, run) => {
    look = run;
    return { cancel: () => {} };
  };
  let asked = 0;
  const answer = Promise.withResolvers<never>();
  const within = () => {
    asked++;
    return answer.promise;
  };
  const profiles = () => [{ id: newId(), dailyCapAgorot: 1, timezone: "Asia/Jerusalem" } as BusinessProfile];
  const deps = { db: { within } as unknown as TestDatabase, clock: { ...systemClock, every }, profiles };
  const budget = createBudget({ ...deps, log: silentLog, usdIlsRate: 4 });
  for (let n = 0; n < 3; n++) look();
  expect(asked).toBe(1);
  answer.reject(new Error("away"));
  await budget.refresh();
  look();
  expect(asked).toBe(2);
});
