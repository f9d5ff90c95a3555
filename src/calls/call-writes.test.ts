import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { type BusinessId, newId, type UserId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { leads } from "../db/schema/lead.ts";
import { withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { addBusiness } from "../tenants/business.ts";
import { callJobs } from "./after-call.ts";
import { type CallWrite, writeCalls } from "./call-writes.ts";
import type { BegunCall, StatusReport } from "./log.ts";

import { begunCall, consumed, end, readAll, turn } from "./testing/told-calls.ts";

let db: TestDatabase;
let business: BusinessId;

beforeAll(async () => {
  db = await testDatabase();
  business = await addBusiness(db, { name: "מספרה", phone: "+97231119001" as Phone });
}, 60_000);
afterAll(() => db.drop());

const begun = (call: BegunCall): CallWrite => ({
  ...{ kind: "begin", businessId: business, callSid: call.callSid, call },
  done: () => {},
});
const ended = ({ callSid }: BegunCall, over: Parameters<typeof end>[0]): CallWrite => {
  const { recording: _, ...rest } = end(over);
  return { kind: "ended", businessId: business, callSid, end: rest };
};
const write = (...writes: CallWrite[]) => writeCalls(db, writes, { owner: "test", usdIlsRate: 3.7 });

test("a call ends once, for the reason that came first", async () => {
  const call = begunCall(business);
  await write(begun(call), ended(call, { reason: "transferred", durationMs: 5_000 }));
  await write(ended(call, { reason: "fallback", durationMs: 90_000 }));
  const { calls, jobs, tasks } = await readAll(db, business);
  const row = calls.find(({ id }) => id === call.callId);
  expect([row?.endReason, row?.durationMs]).toEqual(["transferred", 5_000]);
  expect(jobs.filter(({ dedupe }) => dedupe === call.callId)).toHaveLength(1);
  expect(tasks.filter(({ callId }) => callId === call.callId)).toEqual([]);
});

test("a test call put its tester among the leads, beside the customer of the same name", async () => {
  const tester = { userId: newId<UserId>(), name: "דנה" };
  const [real, tried] = [begunCall(business), begunCall(business, { from: "", to: null, tester })];
  await write(begun(real), begun(tried));
  const { calls } = await readAll(db, business);
  const isLead = async ({ callId }: BegunCall) => {
    const { customerId } = calls.find(({ id }) => id === callId)!;
    return withTenant(db, business, (tx) => tx.$count(leads, eq(leads.customerId, customerId!)));
  };
  expect([await isLead(real), await isLead(tried)]).toEqual([1, 0]);
});

test("a caller whom a fault of ours cut off is somebody to call back, a test call that fails is not", async () => {
  const tester = { userId: newId<UserId>(), name: "דנה" };
  const [broken, tried] = [begunCall(business), begunCall(business, { from: "", to: null, tester })];
  await write(begun(broken), begun(tried), ended(broken, { reason: "bug" }), ended(tried, { reason: "fallback" }));
  const { calls, tasks } = await readAll(db, business);
  const isOf = (call: BegunCall) => tasks.some(({ callId }) => callId === call.callId);
  expect([isOf(broken), isOf(tried)]).toEqual([true, false]);
  const row = calls.find(({ id }) => id === tried.callId);
  expect([row?.origin, row?.status]).toEqual(["browser", "completed"]); // no provider will ever say so
});

const deleteAfter = Temporal.Instant.from("2026-11-23T08:00:00Z");
const at = Temporal.Instant.from("2026-11-21T08:01:02Z");
const status = ({ callSid }: BegunCall, status: StatusReport["status"], durationSeconds: number | null): CallWrite => ({
  ...{ kind: "status", businessId: business, callSid, at, done: () => {} },
  report: { businessId: business, callSid, status, durationSeconds },
});

test("every row may be written twice, and it is as if it was written once", async () => {
  const call = begunCall(business);
  const { callSid } = call;
  const of = { businessId: business, callSid };
  const sound = { file: "x.wav", bytes: 320, durationMs: 20, peaks: null };
  const report = { ...of, recordingSid: "RE-twice", durationSeconds: 7.4 };
  const writes: CallWrite[] = [
    begun(call),
    { ...of, kind: "turn", seq: 0, turn: turn("שלום") },
    { ...of, kind: "event", seq: 1, event: { atMs: 3, kind: "barge_in", detail: {} } },
    { ...of, kind: "usage", seq: 2, usage: consumed },
    { ...of, kind: "usage", seq: 3, usage: { ...consumed, transcribedSeconds: 4 } },
    { ...of, kind: "sound", id: newId(), sound, deleteAfter },
    ended(call, { reason: "fallback" }),
    status(call, "completed", 61),
    { ...of, kind: "recording", id: newId(), report, deleteAfter, done: () => {} },
  ];
  const own = async () => {
    const { calls, turns, events, usage, recordings, tasks, jobs } = await readAll(db, business);
    const isOf = (row: { callId: string | null }) => row.callId === call.callId;
    const [row] = calls.filter(({ id }) => id === call.callId);
    const rows = [
      turns.filter(isOf),
      events.filter(isOf),
      usage.filter(isOf),
      recordings.filter(isOf),
      tasks.filter(isOf),
    ];
    return { row, rows, jobs: jobs.length };
  };
  await write(...writes);
  const once = await own();
  await write(...writes);
  for (const each of writes) await write(each);
  expect(await own()).toEqual(once);
  expect(once.rows.map(({ length }) => length)).toEqual([1, 1, 3, 2, 1]);
  const kinds = once.rows[2]!.map((row) => (row as { kind: string }).kind);
  expect(kinds.toSorted()).toEqual(["phone", "transcription", "voice"]);
});

test("the end of a call stands where it was first told, and its length where only the provider could measure it", async () => {
  const [told, left] = [begunCall(business), begunCall(business)];
  await write(begun(told), begun(left));
  await write(status(told, "completed", null), ended(told, { durationMs: 61_000 }), status(told, "completed", 70));
  await write(ended(left, { reason: "fallback", durationMs: null as never }));
  await write(status(left, "in-progress", null), status(left, "completed", 45), status(left, "completed", 99));
  const { calls } = await readAll(db, business);
  const row = ({ callId }: BegunCall) => {
    const { endedAt, durationMs, billedSeconds } = calls.find(({ id }) => id === callId)!;
    return [endedAt?.toString(), durationMs, billedSeconds];
  };
  expect(row(told)).toEqual([at.toString(), 61_000, 70]);
  expect(row(left)).toEqual([left.startedAt.add({ seconds: 45 }).toString(), 45_000, 45]);
});

test("a message of a call that has no row is looked into once, however often it is reported", async () => {
  const { callSid } = begunCall(business);
  const caller = { from: "+972541111111", to: "+97231119001" as Phone };
  const report = { businessId: business, callSid, recordingSid: "RE-unknown", durationSeconds: 7, caller };
  const told = (): CallWrite => ({
    ...{ kind: "recording", businessId: business, callSid, id: newId(), report, deleteAfter },
    done: () => {},
  });
  await write(told(), told());
  await write(told());
  const { jobs } = await readAll(db, business);
  expect(jobs.filter(({ queue }) => queue === callJobs.adoptMessage)).toHaveLength(1);
});
