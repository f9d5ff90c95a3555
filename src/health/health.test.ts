import { expect, test } from "bun:test";
import { createHealth, type HealthDeps } from "./health.ts";

const up = async () => {};
const down = () => Promise.reject(new Error("no"));
const make = (over: Partial<HealthDeps>) =>
  createHealth({ probes: { database: up }, liveCalls: () => 2, draining: () => false, version: "1", ...over });

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
