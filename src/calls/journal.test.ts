import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { systemClock } from "../base/clock.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import { type Database, openDatabase } from "../db/client.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { type BrokenLink, brokenLink } from "../db/testing/broken-link.ts";
import type { FinishedRecording } from "../live-call/recording-shelf.ts";
import { addBusiness } from "../tenants/business.ts";
import { type CallRecorder, createCallRecorder } from "./journal.ts";
import type { BegunCall, StatusReport } from "./log.ts";
import { outageFolder } from "./outage-file.ts";
import { createRecordingShelf } from "./recording-shelf.ts";
import { createSoundStore } from "./sound-store.ts";
import { begunCall, consumed, end, newSid, readAll, talk as talkTo, turn } from "./testing/told-calls.ts";

let server: TestDatabase;
let link: BrokenLink;
let db: Database;
let recorder: CallRecorder;
let folder: string;
let business: BusinessId;
let made = 0;

beforeAll(async () => {
  server = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), "agentlocator-journal-"));
}, 60_000);
afterAll(async () => {
  await server.drop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  link = await brokenLink(server.address);
  db = openDatabase({ address: link.address, log: silentLog, connections: 2 });
  business = await addBusiness(server, { name: "b", phone: `+9723100${String(++made).padStart(4, "0")}` as Phone });
  recorder = record();
});
afterEach(async () => {
  link.set("up");
  await recorder.idle();
  await db.close();
  link.close();
});

const record = (): CallRecorder =>
  createCallRecorder({
    db,
    owner: "this process",
    sounds: createSoundStore(folder),
    outageFolder: outageFolder(folder),
    recordingDays: () => 2,
    usdIlsRate: 3.7,
    clock: systemClock,
    log: silentLog,
    random: () => 0.5,
  });

const begun = (over: Partial<BegunCall> = {}) => begunCall(business, over);
const talk = (call: BegunCall) => talkTo(recorder, call);
const read = () => readAll(server, business);

test("a call is written down from webhook to end", async () => {
  const call = begun();
  expect(await recorder.begin(call)).toBe("begun");
  talk(call);
  await recorder.idle();
  const rows = await read();
  expect(rows.calls).toHaveLength(1);
  expect(rows.calls[0]).toMatchObject({
    id: call.callId,
    callSid: call.callSid,
    fromPhone: call.from,
    status: "ringing",
    durationMs: 61_000,
    streamAtMs: 2_950,
    endReason: "caller_hung_up",
    endedAt: Temporal.Instant.from("2026-11-21T08:01:01Z"),
  });
  expect(rows.turns.map(({ role, text, endMs }) => [role, text, endMs])).toEqual([
    ["assistant", "שלום, כאן המספרה", 900],
    ["caller", "אפשר תור למחר?", 2_000],
  ]);
  expect(rows.events.map(({ kind, atMs }) => [kind, atMs])).toEqual([
    ["stream_started", 4],
    ["turn_latency", 2_500],
  ]);
  // 4 + 32 dollars per million for the input, 24 and 64 for the output, at 3.7 shekels: 0.1024 $ = 37.9 agorot
  expect(rows.calls[0]?.costAgorot).toBe(38);
  expect(rows.jobs.map(({ queue, payload }) => [queue, payload])).toEqual([
    ["summarise_call", { callId: call.callId }],
  ]);
  expect(rows.tasks).toEqual([]);
});

test("a new caller becomes one customer with one lead, however often they call", async () => {
  const again = [begun(), begun(), begun({ from: "+972542222222" })];
  await Promise.all(again.map((call) => recorder.begin(call)));
  const rows = await read();
  expect(rows.identities.map(({ kind, value }) => `${kind} ${value}`).sort()).toEqual([
    "phone +972541111111",
    "phone +972542222222",
  ]);
  expect([rows.customers.length, rows.leads.length]).toEqual([2, 2]);
  expect(rows.calls[0]?.customerId).toBe(rows.calls[1]?.customerId as NonNullable<unknown> as never);
});

test("callers who hide their number are never taken for each other", async () => {
  await Promise.all([begun({ from: "" }), begun({ from: "" })].map((call) => recorder.begin(call)));
  const rows = await read();
  expect(rows.calls.map((call) => call.fromPhone)).toEqual([null, null]);
  expect(new Set(rows.calls.map((call) => call.customerId)).size).toBe(2);
  expect(rows.identities).toEqual([]);
});

// F4: the provider repeats a webhook that it thinks was lost.
test("the same webhook five times at once is one call", async () => {
  const call = begun();
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => recorder.begin({ ...call, callId: newId() })));
  expect(outcomes).toEqual(Array.from({ length: 5 }, () => "begun"));
  const rows = await read();
  expect([rows.calls.length, rows.customers.length, rows.leads.length]).toEqual([1, 1, 1]);
});

test("a webhook that is replayed after the call says that it is over, also to a new process", async () => {
  const call = begun();
  await recorder.begin(call);
  recorder.ended(call.callSid, end());
  await recorder.idle();
  expect(await recorder.begin(call)).toBe("over");
  expect(await record().begin({ ...call, callId: newId() })).toBe("over");
  expect((await read()).calls).toHaveLength(1);
});

test("another business's call id opens nothing", async () => {
  const call = begun();
  await recorder.begin(call);
  const other = await addBusiness(server, { name: "o", phone: `+9723200${String(made).padStart(4, "0")}` as Phone });
  expect(await recorder.begin({ ...call, callId: newId(), businessId: other })).toBe("over");
  expect((await read()).calls).toHaveLength(1);
});

// F1, F36: nothing is lost while the database is away, and nothing is doubled when it comes back.
test("calls during an outage are all there after it, once and in order", async () => {
  await recorder.begin(begun());
  link.set("refusing");
  const during = Array.from({ length: 20 }, () => begun());
  const answers = during.map((call) => recorder.begin(call));
  during.forEach(talk);
  expect(recorder.pending).toBeGreaterThan(100);
  link.set("up");
  expect(await Promise.all(answers)).toEqual(during.map(() => "begun"));
  await recorder.idle();
  const rows = await read();
  expect(rows.calls).toHaveLength(21);
  expect([rows.turns.length, rows.events.length, rows.usage.length]).toEqual([40, 40, 20]);
  expect(rows.calls.filter((call) => call.endReason === "caller_hung_up")).toHaveLength(20);
}, 20_000);

// F38: the commit was sent, its answer was lost. The rows are written again, and must not be there twice.
test("a commit whose answer is lost is not doubled", async () => {
  const call = begun();
  await recorder.begin(call);
  talk(call);
  await recorder.idle();
  const before = await read();
  const second = record();
  await second.begin(call);
  await second.idle();
  const { writeCalls } = await import("./call-writes.ts");
  const writes = [
    { kind: "begin" as const, call, done: () => {} },
    { kind: "turn" as const, seq: 1, turn: turn("שלום, כאן המספרה", { role: "assistant" }) },
    { kind: "event" as const, seq: 0, event: { atMs: 3.7, kind: "stream_started", detail: {} } },
    { kind: "usage" as const, seq: 3, usage: consumed },
    {
      kind: "ended" as const,
      end: { reason: "caller_hung_up" as const, durationMs: 61_000, streamAtMs: null, trace: null },
    },
  ].map((write) => ({ ...write, businessId: business, callSid: call.callSid }));
  for (let again = 0; again < 2; again++) await writeCalls(server, writes, { usdIlsRate: 3.7, owner: "this process" });
  expect(await read()).toEqual(before);
});

test("what is reported before the business is known waits for it", async () => {
  const call = begun();
  recorder.event(call.callSid, { atMs: 1, kind: "early", detail: {} });
  recorder.turn(call.callSid, turn("הלו?"));
  await recorder.begin(call);
  await recorder.idle();
  const rows = await read();
  expect([rows.events[0]?.kind, rows.turns[0]?.text]).toEqual(["early", "הלו?"]);
});

test("text that PostgreSQL does not take is kept without what it does not take", async () => {
  const call = begun();
  await recorder.begin(call);
  recorder.turn(call.callSid, turn("a\u0000b\ud800c"));
  recorder.event(call.callSid, { atMs: 1, kind: "tool", detail: { output: "x\u0000y\udfff" } });
  await recorder.idle();
  const rows = await read();
  expect(rows.turns[0]?.text).toBe("ab\ufffdc");
  expect(rows.events[0]?.detail).toEqual({ output: "xy\ufffd" });
});

test("a row that the database refuses costs no other row", async () => {
  const call = begun();
  await recorder.begin(call);
  recorder.turn(call.callSid, turn("before"));
  recorder.turn(call.callSid, turn("broken", { startMs: 1e12 }));
  recorder.turn(call.callSid, turn("after"));
  await recorder.idle();
  expect((await read()).turns.map((row) => row.text)).toEqual(["before", "after"]);
});

test("a caller who was not served is somebody to call back, once", async () => {
  const call = begun();
  await recorder.begin(call);
  recorder.ended(call.callSid, end({ reason: "fallback" }));
  await recorder.recording({ businessId: business, callSid: call.callSid, recordingSid: "RE1", durationSeconds: 4 });
  await recorder.idle();
  const rows = await read();
  expect(rows.tasks.map(({ title, callId }) => [title, callId])).toEqual([["לחזור אל +972541111111", call.callId]]);
  expect(rows.tasks[0]?.customerId).toBe(rows.calls[0]?.customerId ?? null);
});

test("message-of-a-caller-who-hung-up: whoever leaves a message had not, only their stream had stopped", async () => {
  const [left, gone, handed] = [begun(), begun(), begun()];
  for (const call of [left, gone, handed]) {
    await recorder.begin(call);
    recorder.ended(call.callSid, end(call === handed ? { reason: "transferred" } : {}));
  }
  for (const { callSid } of [left, handed])
    await recorder.recording({ businessId: business, callSid, recordingSid: `RE${callSid}`, durationSeconds: 4 });
  await recorder.idle();
  const reasonOf = new Map((await read()).calls.map(({ id, endReason }) => [id, endReason]));
  const reasons = [left, gone, handed].map(({ callId }) => reasonOf.get(callId) ?? null);
  expect(reasons).toEqual(["fallback", "caller_hung_up", "transferred"]);
});

const inMemory = (bytes: number): FinishedRecording => ({
  bytes,
  held: new Uint8Array(bytes).fill(0xff),
  file: null,
  complete: async () => {},
});

test("the sound of a call is kept as a file for two days", async () => {
  const call = begun();
  await recorder.begin(call);
  recorder.ended(call.callSid, end({ recording: inMemory(16_000), trace: new Uint8Array([1, 2]) }));
  await recorder.idle();
  const rows = await read();
  const [sound] = rows.recordings;
  expect(sound).toMatchObject({
    origin: "stream",
    status: "stored",
    durationMs: 1_000,
    bytes: 16_058,
    callId: call.callId,
  });
  const keptHours = sound?.deleteAfter.since(Temporal.Now.instant()).total("hours") ?? 0;
  expect(keptHours).toBeGreaterThan(47.9);
  expect(keptHours).toBeLessThanOrEqual(48);
  expect((await createSoundStore(folder).read(sound?.file ?? "")).length).toBe(16_058);
  expect(new Uint8Array(rows.calls[0]?.trace ?? [])).toEqual(new Uint8Array([1, 2]));
});

// F46: a hundred calls of a minute are 96 MB, more than may be held; what lies on the shelf needs no memory at the end.
test("a hundred recordings that end in the same moment are all kept", async () => {
  const shelf = createRecordingShelf(folder);
  const older = new Uint8Array(700_000).fill(0xff);
  const held = new Uint8Array(64_000).fill(0x80);
  const ending = Array.from({ length: 100 }, () => begun());
  for (const call of ending) await recorder.begin(call);
  const recordingOf = ({ callSid }: BegunCall): FinishedRecording => {
    const file = shelf.open(callSid);
    void file.write(older, 0);
    return { bytes: 764_000, held, file, complete: () => file.write(held, 700_000) };
  };
  for (const call of ending) recorder.ended(call.callSid, end({ recording: recordingOf(call) }));
  await recorder.idle();
  const { recordings: kept } = await read();
  expect(kept).toHaveLength(100);
  expect(new Set(kept.map(({ bytes, durationMs }) => `${bytes} ${durationMs}`))).toEqual(new Set(["764058 47750"]));
  const last = kept.at(-1)!;
  const [wav, peaks] = [await createSoundStore(folder).read(last.file!), [...last.peaks!]];
  expect([wav.length, wav[58], wav[700_057], wav[700_058], wav.at(-1)]).toEqual([764_058, 0xff, 0xff, 0x80, 0x80]);
  expect([peaks[0], peaks.at(-1)]).toEqual([0, 250]);
  expect(readdirSync(join(folder, "recordings", "live"))).toEqual([]);
}, 60_000);

// F5: callbacks come late, doubled and in any order.
test("status callbacks in any order and number end in the same state", async () => {
  const reports = fc.shuffledSubarray(
    ["queued", "ringing", "in-progress", "completed", "completed", "ringing"] as const,
    { minLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(reports, async (order) => {
      const call = begun();
      await recorder.begin(call);
      const report = (status: StatusReport["status"]): Promise<void> =>
        recorder.status({
          businessId: business,
          callSid: call.callSid,
          status,
          durationSeconds: status === "completed" ? 61 : null,
        });
      await Promise.all(order.map(report));
      const rows = await read();
      const row = rows.calls.find(({ callSid }) => callSid === call.callSid);
      expect([row?.status, row?.billedSeconds]).toEqual(["completed", 61]);
      const billed = rows.usage.filter(({ callId }) => callId === row?.id);
      expect(billed.map(({ model, seconds }) => [model, seconds])).toEqual([["twilio-voice", 120]]);
    }),
    { numRuns: 10 },
  );
}, 20_000);

test("callbacks about calls that nobody began change nothing", async () => {
  const callSid = newSid();
  await recorder.status({ businessId: business, callSid, status: "completed", durationSeconds: 3 });
  await recorder.recording({ businessId: business, callSid, recordingSid: "RE9", durationSeconds: 3 });
  const rows = await read();
  expect([rows.calls, rows.recordings, rows.jobs, rows.tasks]).toEqual([[], [], [], []]);
});

test("a recording that is reported again is fetched once", async () => {
  const call = begun();
  await recorder.begin(call);
  const report = { businessId: business, callSid: call.callSid, recordingSid: `RE${made}`, durationSeconds: 7.4 };
  await Promise.all([recorder.recording(report), recorder.recording(report), record().recording(report)]);
  const rows = await read();
  expect(rows.recordings.map(({ status, durationMs }) => [status, durationMs])).toEqual([["pending", 7_400]]);
  expect(rows.jobs.map(({ queue }) => queue)).toEqual(["fetch_recording"]);
});

test("shutdown writes out what is pending", async () => {
  const call = begun();
  await recorder.begin(call);
  talk(call);
  expect(await recorder.close(5_000)).toBe(0);
  expect((await read()).turns).toHaveLength(2);
});
