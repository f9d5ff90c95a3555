import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq, sql } from "drizzle-orm";
import { type BusinessId, type CallId, type CallSid, newId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { silentLog } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import { calls } from "../db/schema/call.ts";
import { jobs } from "../db/schema/job.ts";
import { processes } from "../db/schema/process.ts";
import { tasks } from "../db/schema/task.ts";
import { webhooks } from "../db/schema/webhook.ts";
import { withSystem } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { eventQueue } from "../jobs/publish.ts";
import { limits } from "../limits.ts";
import { createVirtualClock, type VirtualClock } from "../sim/clock.ts";
import { addBusiness } from "../tenants/business.ts";
import { CallOwner } from "./call-owner.ts";
import { writeCalls } from "./call-writes.ts";

let db: TestDatabase;
let business: BusinessId;
const start = Temporal.Instant.from("2026-11-21T08:05:00Z");

beforeAll(async () => {
  db = await testDatabase();
  business = await addBusiness(db, { name: "מספרה", phone: "+97231118001" as Phone });
}, 60_000);
afterAll(() => db.close());

/** A call that is in progress on the process with this id. */
async function callOn(owner: string | null, startedAt = start.subtract({ minutes: 1 })): Promise<CallId> {
  const callId = newId<CallId>();
  const callSid = `CA${callId.replaceAll("-", "")}` as CallSid;
  const call = { callId, callSid, businessId: business, from: "", to: null, forwardedFrom: null, startedAt };
  const begin = { kind: "begin" as const, businessId: business, callSid, call };
  await writeCalls(db, [{ ...begin, done: () => {} }], { usdIlsRate: 3.7, owner });
  return callId;
}

function processOf(owner: string, log: Log = silentLog): { process: CallOwner; clock: VirtualClock } {
  const clock = createVirtualClock();
  return { process: new CallOwner({ db, owner, clock, log }), clock };
}

const readCalls = () => withSystem(db, (tx) => tx.select().from(calls));
const lostCalls = async (): Promise<CallId[]> =>
  (await readCalls()).filter(({ endReason }) => endReason === "lost").map(({ id }) => id);

/** Nobody has heard of this process for as long. */
const silence = (id: string, ms: number) =>
  withSystem(db, (tx) =>
    tx.execute(
      sql`update ${processes} set seen_at = now() - make_interval(secs => ${ms / 1_000}) where ${processes.id} = ${id}`,
    ),
  );

// F49: calls that were open when the process was killed.
test("a process that starts closes what was left open on its own folder, once, with somebody to call back", async () => {
  const left = await callOn("first");
  const { process } = processOf("first");
  await process.claim(start);
  await process.claim(start);
  const lost = (await readCalls()).find(({ id }) => id === left);
  expect([lost?.endReason, lost?.endedAt === null]).toEqual(["lost", false]);
  const called = await withSystem(db, (tx) => tx.select().from(tasks));
  expect(called.filter(({ callId }) => callId === left)).toHaveLength(1);
  const queued = await withSystem(db, (tx) => tx.select().from(jobs));
  expect(queued.filter(({ dedupe }) => dedupe === left)).toHaveLength(1);
});

test("what had no owner yet is closed by whoever starts; what has begun since the start is left alone", async () => {
  const ownerless = await callOn(null);
  const [before, since] = [await callOn("restarted"), await callOn("restarted", start.add({ seconds: 1 }))];
  const said: unknown[] = [];
  const log: Log = { ...silentLog, warn: (_prefix, event, fields) => void said.push([event, fields?.count]) };
  await processOf("restarted", log).process.claim(start);
  const lost = await lostCalls();
  expect([ownerless, before, since].map((id) => lost.includes(id))).toEqual([true, true, false]);
  expect(said).toEqual([["calls that an earlier process lost are closed", 2]]);
  await processOf("restarted", log).process.claim(start);
  expect(said).toHaveLength(1);
});

test("for as long as a process runs it says by itself that it is alive", async () => {
  const { process, clock } = processOf("steady");
  await process.claim(start);
  const live = await callOn("steady");
  process.start();
  await silence("steady", limits.processLeaseMs + 1_000);
  clock.advance(limits.processRenewMs);
  await process.stop();
  expect(clock.pending).toBe(0);
  const other = processOf("watcher");
  other.clock.advance(limits.processLeaseMs);
  await other.process.renew();
  expect(await lostCalls()).not.toContain(live);
});

test("lost-to-a-newcomer: a second process on the same database leaves the live calls of the first alone", async () => {
  const first = processOf("living");
  await first.process.claim(start);
  const live = await callOn("living");
  const second = processOf("newcomer");
  await second.process.claim(Temporal.Now.instant());
  second.clock.advance(limits.processLeaseMs);
  await second.process.renew();
  expect(await lostCalls()).not.toContain(live);
});

test("the calls of a process that is not seen any more are closed by another, but not straight after an outage", async () => {
  const dead = processOf("dead");
  await dead.process.claim(start);
  const left = await callOn("dead");
  await silence("dead", limits.processLeaseMs + 1_000);
  const other = processOf("survivor");
  await other.process.claim(start);
  await other.process.renew();
  expect(await lostCalls()).not.toContain(left);
  other.clock.advance(limits.processLeaseMs);
  await other.process.renew();
  expect(await lostCalls()).toContain(left);
});

test("of a call that ended as lost no other program heard that it ended", async () => {
  const webhook = {
    id: newId(),
    businessId: business,
    url: "https://example.com/hook",
    events: ["call.ended" as const],
  };
  await withSystem(db, (tx) => tx.insert(webhooks).values(webhook));
  const left = await callOn("unheard");
  await processOf("unheard").process.claim(start);
  const told = await withSystem(db, (tx) => tx.select().from(jobs).where(eq(jobs.queue, eventQueue)));
  expect(told.map(({ payload }) => payload)).toEqual([{ event: "call.ended", id: left }]);
  await withSystem(db, (tx) => tx.delete(webhooks));
});

test("a claim that cannot be renewed is a line in the log, and the others get a whole lease again", async () => {
  const lines: string[] = [];
  const log: Log = { ...silentLog, warn: (_prefix, event) => void lines.push(event) };
  const { process, clock } = processOf("returning", log);
  await process.claim(start);
  const left = await callOn("gone");
  clock.advance(limits.processLeaseMs);
  const within = db.within;
  db.within = () => Promise.reject(new Error("away"));
  await process.renew();
  db.within = within;
  await process.renew();
  expect(lines).toEqual(["claim to the calls of this process not renewed"]);
  expect(await lostCalls()).not.toContain(left);
  clock.advance(limits.processLeaseMs);
  await process.renew();
  expect(await lostCalls()).toContain(left);
});

// O8: the provider's last word goes to any process behind the proxy. It ended the call for the bill, and nobody closed it: live for ever.
test.each([
  ["just now", { minutes: 1 }, 1],
  ["days ago: nobody is asked to call back any more", { hours: 72 }, 0],
])(
  "a call whose end was reported to another process, its own being dead, is closed, with its length: %s",
  async (_when, ago, tasksMade) => {
    const owner = newId();
    const dead = processOf(owner);
    await dead.process.claim(start);
    const left = await callOn(owner);
    const callSid = `CA${left.replaceAll("-", "")}` as CallSid;
    const report = { businessId: business, callSid, status: "completed" as const, durationSeconds: 42 };
    const at = Temporal.Now.instant().subtract(ago).round("second");
    const write = { kind: "status" as const, businessId: business, callSid, report, at, done: () => {} };
    await writeCalls(db, [write], { usdIlsRate: 3.7, owner: "another" });
    await silence(owner, limits.processLeaseMs + 1_000);
    const another = processOf("another");
    await another.process.claim(start);
    another.clock.advance(limits.processLeaseMs);
    await another.process.renew();
    const call = (await readCalls()).find(({ id }) => id === left);
    expect([call?.endReason, call?.durationMs, call?.endedAt?.toString()]).toEqual(["lost", 42_000, at.toString()]);
    const made = await withSystem(db, (tx) => tx.select().from(tasks));
    expect(made.filter(({ callId }) => callId === left)).toHaveLength(tasksMade);
  },
);
