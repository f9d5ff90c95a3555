import { afterAll, beforeAll, expect, test } from "bun:test";
import { silentLog } from "../base/log.ts";
import { testBusiness } from "../calendar/testing/test-business.ts";
import { jobs } from "../db/schema/job.ts";
import { withSystem } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { deliveryQueue } from "../integrations/deliveries.ts";
import { enqueue } from "../jobs/queue.ts";
import { quickClock } from "../jobs/testing/quick-runner.ts";
import { limits } from "../limits.ts";
import { createRunners } from "./chores.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

// One business's address that took connections and never answered filled all slots of the process for 10 s at a time.
test("a business whose webhooks hang holds up neither other jobs nor another business's webhooks", async () => {
  const [dead, well] = [(await testBusiness(db)).businessId, (await testBusiness(db)).businessId];
  const release = Promise.withResolvers<void>();
  let [hanging, most] = [0, 0];
  const done: string[] = [];
  const add = (businessId: typeof dead, queue: string) =>
    withSystem(db, (tx) => enqueue(tx, { businessId, queue, payload: {} }));
  for (let n = 0; n < 2 * limits.deliveriesAtOnce; n++) await add(dead, deliveryQueue);
  await add(well, deliveryQueue);
  await add(dead, "other");
  const runners = createRunners({
    db,
    clock: quickClock(),
    log: silentLog,
    random: () => 0.5,
    handlers: {
      [deliveryQueue]: async ({ businessId }) => {
        if (businessId === well) return void done.push("webhook of another");
        most = Math.max(most, ++hanging);
        await release.promise;
        hanging--;
      },
      other: async () => void done.push("other job"),
    },
  });
  for (const runner of runners) runner.start();
  const left = () => withSystem(db, (tx) => tx.select().from(jobs));
  while (done.length < 2) await left();
  expect(done.sort()).toEqual(["other job", "webhook of another"]);
  release.resolve();
  while ((await left()).length > 0);
  expect(most).toBe(limits.deliveriesPerBusiness);
  await Promise.all(runners.map((runner) => runner.stop(0)));
});
