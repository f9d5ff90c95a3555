import { afterAll, beforeAll, expect, test } from "bun:test";
import { newId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { addBusiness } from "../tenants/business.ts";
import { rowInserter } from "./insert-rows.ts";
import { jobs } from "./schema/job.ts";
import { withTenant } from "./tenant.ts";
import { type TestDatabase, testDatabase } from "./test-db.ts";

let server: TestDatabase;
beforeAll(async () => {
  server = await testDatabase();
});
afterAll(() => server.drop());

test("rows arrive with their types, what they leave out has its default, and rows that are there stay", async () => {
  const businessId = await addBusiness(server, { name: "b", phone: "+97231000001" as Phone });
  const insert = rowInserter(jobs, ["id", "businessId", "queue", "payload", "lane", "runAt", "maxAttempts"]);
  const runAt = Temporal.Instant.from("2026-11-27T10:00:00.123456Z");
  const row = (payload: unknown) => ({
    id: newId(),
    businessId,
    queue: "q",
    payload,
    lane: null,
    runAt,
    maxAttempts: 7,
  });
  const rows = [row({ text: 'אמר "כן" \\ 1' }), row(["a", 2, null]), row("word")];
  const read = await withTenant(server, businessId, async (tx) => {
    await insert(tx, []);
    await insert(tx, rows);
    await insert(tx, [{ ...rows[0]!, payload: "again" }, row(false)]);
    return tx.select().from(jobs);
  });
  const byId = new Map(read.map((job) => [job.id, job]));
  expect(rows.map(({ id }) => byId.get(id)?.payload)).toEqual(rows.map(({ payload }) => payload));
  expect(read).toHaveLength(4);
  for (const job of read) {
    expect([job.lane, job.state, job.maxAttempts]).toEqual([null, "ready", 7]);
    expect(job.runAt.equals(runAt)).toBe(true);
  }
});
