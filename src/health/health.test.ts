import { expect, test } from "bun:test";
import { systemClock } from "../base/clock.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { createHealth, type HealthDeps } from "./health.ts";

const up = async () => {};
const down = () => Promise.reject(new Error("no"));
const make = (over: Partial<HealthDeps>) =>
  createHealth({
    probes: { database: up },
    liveCalls: () => 2,
    draining: () => false,
    version: "1",
    clock: systemClock,
    ...over,
  });

const rows: [string, Partial<HealthDeps>, string, number][] = [
  ["everything answers", {}, "/health/ready", 200],
  ["everything answers", {}, "/readyz", 200],
  ["the database is away", { probes: { database: down } }, "/health/ready", 503],
  ["the database is away", { probes: { database: down } }, "/readyz", 503],
  ["the database is away", { probes: { database: down } }, "/health/live", 200],
  ["the database is away", { probes: { database: down } }, "/health", 200],
  ["the process is draining", { draining: () => true }, "/health/ready", 503],
  ["the process is draining", { draining: () => true }, "/health/live", 200],
];
for (const [when, deps, path, status] of rows)
  test(`${path} answers ${status} when ${when}`, async () => {
    expect((await make(deps).request(path)).status).toBe(status);
  });

test("a probe that hangs counts as down", async () => {
  const response = await make({ probes: { database: () => new Promise(() => {}) } }).request("/readyz");
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ checks: { database: "down" } });
});

test("a flood of questions is one question to the database; a drain shows at once all the same", async () => {
  const clock = createVirtualClock();
  const answer = Promise.withResolvers<void>();
  let asked = 0;
  let draining = false;
  const database = () => {
    asked++;
    return answer.promise;
  };
  const app = make({ probes: { database }, clock, draining: () => draining });
  const flood = () =>
    Promise.all(
      ["/readyz", "/health/ready", "/health", "/readyz"].map(async (path) => (await app.request(path)).status),
    );
  const first = flood();
  clock.advance(60_000); // as long as it is under way nobody asks again
  const second = flood();
  answer.resolve();
  expect([await first, await second]).toEqual([
    [200, 200, 200, 200],
    [200, 200, 200, 200],
  ]);
  expect(asked).toBe(1);
  clock.advance(999);
  draining = true;
  expect(await flood()).toEqual([503, 503, 200, 503]);
  expect(asked).toBe(1);
  clock.advance(1);
  await flood();
  expect(asked).toBe(2);
});

test("a database that is lost or found again shows within a second", async () => {
  const clock = createVirtualClock();
  let database = up;
  const app = make({ probes: { database: () => database() }, clock });
  const status = async () => (await app.request("/readyz")).status;
  expect(await status()).toBe(200);
  database = down;
  clock.advance(1_000);
  expect(await status()).toBe(503);
  database = up;
  clock.advance(1_000);
  expect(await status()).toBe(200);
});
