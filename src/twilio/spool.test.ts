import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
  const spool = new Spool<number>({ folder, take, clock, log: silentLog });
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
