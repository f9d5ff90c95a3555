import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { type BusinessId, newId, type UserId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { leads } from "../db/schema/lead.ts";
import { withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { addBusiness } from "../tenants/business.ts";
import { type CallWrite, writeCalls } from "./call-writes.ts";
import type { BegunCall } from "./log.ts";
import { begunCall, end, readAll } from "./testing/told-calls.ts";

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
  const { tasks } = await readAll(db, business);
  const isOf = (call: BegunCall) => tasks.some(({ callId }) => callId === call.callId);
  expect([isOf(broken), isOf(tried)]).toEqual([true, false]);
});
