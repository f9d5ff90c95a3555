import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import type { BusinessId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import { readableLog } from "../base/testing/readable-log.ts";
import { type Database, openDatabase } from "../db/client.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { type BrokenLink, brokenLink } from "../db/testing/broken-link.ts";
import { until } from "../e2e/testing/until.ts";
import { addBusiness } from "../tenants/business.ts";
import { type CallRecorder, createCallRecorder } from "./journal.ts";
import { closeOwnLostCalls } from "./lost-calls.ts";
import { OutageFile, outageFolder } from "./outage-file.ts";
import { replayOutages } from "./replay-outages.ts";
import { createSoundStore } from "./sound-store.ts";
import { begunCall, readAll, talk } from "./testing/told-calls.ts";

// What was told while the database was away is in the log when it is back, also when the process ended in between.
let server: TestDatabase;
let link: BrokenLink;
let db: Database;
let storageDir: string;
let recorder: CallRecorder;
let business: BusinessId;
let made = 0;
const settings = { owner: "this process", usdIlsRate: 3.7 };

beforeAll(async () => {
  server = await testDatabase();
}, 60_000);
afterAll(() => server.drop());
beforeEach(async () => {
  storageDir = mkdtempSync(join(tmpdir(), "agentlocator-outage-"));
  link = await brokenLink(server.address);
  db = openDatabase({ address: link.address, log: silentLog, connections: 2 });
  business = await addBusiness(server, { name: "b", phone: `+9723300${String(++made).padStart(4, "0")}` as Phone });
  const usual = { ...settings, clock: systemClock, log: silentLog, random: () => 0.5, recordingDays: () => 2 };
  recorder = createCallRecorder({
    ...usual,
    db,
    sounds: createSoundStore(storageDir),
    outageFolder: outageFolder(storageDir),
  });
});
afterEach(async () => {
  link.set("up");
  await db.close();
  link.close();
  rmSync(storageDir, { recursive: true, force: true });
});

const begun = () => begunCall(business);
const read = () => readAll(server, business);
const files = () => (existsSync(outageFolder(storageDir)) ? readdirSync(outageFolder(storageDir)) : []);
const fileOf = (name: string) => join(outageFolder(storageDir), name);
const linesKept = () => files().flatMap((name) => readFileSync(fileOf(name), "utf8").split("\n").filter(Boolean));
function replay(): Promise<void> & { lines: string[] } {
  const { lines, log } = readableLog();
  return Object.assign(replayOutages({ db: server, storageDir, settings, log }), { lines });
}

/** A whole call while the database is away, and the end of the process that took it. */
async function callInAnOutage(): Promise<void> {
  const call = begun();
  link.set("refusing");
  void recorder.begin(call);
  talk(recorder, call);
  await recorder.close(100);
}

test("rows-lost-at-shutdown: what the database did not take in time is in the log after the next start", async () => {
  const [before, during] = [begun(), begun()];
  await recorder.begin(before);
  await recorder.idle();
  link.set("refusing");
  talk(recorder, before, { trace: new Uint8Array([1, 2, 255]) });
  void recorder.begin(during);
  recorder.leftToRecording(during.callSid, "full_or_draining");
  const report = { businessId: business, callSid: during.callSid };
  void recorder.recording({ ...report, recordingSid: `RE${made}`, durationSeconds: 9 });
  void recorder.status({ ...report, status: "completed", durationSeconds: 15 });
  expect(await recorder.close(100)).toBe(0);
  const [name] = files();
  expect([files().length, statSync(fileOf(name!)).mode & 0o777]).toEqual([1, 0o600]);
  await replay();
  const rows = await read();
  expect(rows.calls.map(({ id, endReason, durationMs }) => [id, endReason, durationMs])).toEqual([
    [before.callId, "caller_hung_up", 61_000],
    [during.callId, "fallback", 15_000],
  ]);
  expect(new Uint8Array(rows.calls[0]!.trace!)).toEqual(new Uint8Array([1, 2, 255]));
  expect(rows.turns.map(({ text }) => text)).toEqual(["שלום, כאן המספרה", "אפשר תור למחר?"]);
  expect(rows.recordings.map(({ providerSid, status }) => [providerSid, status])).toEqual([[`RE${made}`, "pending"]]);
  expect(rows.tasks).toHaveLength(1);
  expect(files()).toEqual([]);
});

test("rows-lost-at-kill: during an outage rows are on the disk as they come, and are not doubled when the process lived on", async () => {
  const during = begun();
  link.set("refusing");
  void recorder.begin(during);
  await until("the outage to be noticed", () => linesKept().length > 0);
  talk(recorder, during);
  await until("all rows on the disk", () => linesKept().length === 7);
  await replay(); // what a start after kill -9 would do
  const rows = await read();
  expect([rows.calls[0]!.endReason, rows.turns.length, rows.events.length]).toEqual(["caller_hung_up", 2, 2]);
  link.set("up");
  await recorder.idle();
  expect({ ...(await read()), jobs: [] }).toEqual({ ...rows, jobs: [] });
});

test("an outage that ends leaves no file behind", async () => {
  link.set("refusing");
  const call = begun();
  void recorder.begin(call);
  talk(recorder, call);
  await until("rows on the disk", () => linesKept().length > 0);
  link.set("up");
  await recorder.idle();
  expect([files(), (await read()).turns.length]).toEqual([[], 2]);
});

test("ended-call-becomes-lost: a call whose end waited on the disk ends as it did, not as lost", async () => {
  const call = begun();
  await recorder.begin(call);
  link.set("refusing");
  talk(recorder, call);
  await recorder.close(100);
  await replay();
  expect(await closeOwnLostCalls(server, settings.owner, Temporal.Now.instant())).toBe(0);
  const rows = await read();
  expect([rows.calls[0]!.endReason, rows.tasks]).toEqual(["caller_hung_up", []]);
});

test("a line that was cut off, and one that the database refuses, cost themselves and are told", async () => {
  const call = begun();
  link.set("refusing");
  void recorder.begin(call);
  recorder.turn(call.callSid, { role: "caller", text: "broken", startMs: 1e12, endMs: 0, interrupted: false });
  talk(recorder, call);
  await recorder.close(100);
  appendFileSync(fileOf(files()[0]!), '\n{"kind":"turn","seq":9,"businessId":"01\n{"kind":"surprise"}\nnull');
  const replayed = replay();
  await replayed;
  expect((await read()).turns.map(({ text }) => text)).toEqual(["שלום, כאן המספרה", "אפשר תור למחר?"]);
  expect(replayed.lines.filter((line) => line.includes("row refused by the database"))).toHaveLength(1);
  expect(replayed.lines.at(-1)).toContain("unreadable=3");
  expect(files()).toEqual([]);
});

test("a database that goes away again at the next start ends that start, and costs no row", async () => {
  await callInAnOutage();
  const again = replayOutages({ db, storageDir, settings, log: silentLog });
  expect(await again.catch(({ code }) => code)).toBe("unavailable");
  expect(linesKept()).toHaveLength(7);
  await replay();
  expect((await read()).turns).toHaveLength(2);
});

test("the file has a bound, and what is beyond it is counted as lost", async () => {
  const { lines, log } = readableLog();
  const file = new OutageFile<string>({ folder: outageFolder(storageDir), bytesMax: 25, textOf: (text) => text, log });
  expect(await file.append(["123456789", "123456789"])).toBe(2);
  expect(lines).toEqual([]);
  expect(await file.append(["123", "456", "789"])).toBe(1);
  expect(await file.append(["456"])).toBe(0);
  expect(linesKept()).toEqual(["123456789", "123456789", "123"]);
  expect(lines).toHaveLength(1);
  await file.clear();
  expect(files()).toEqual([]);
  // The next outage has the whole room again, and a complaint of its own.
  expect(await file.append(["123456789", "123456789", "123456789"])).toBe(2);
  expect(lines).toHaveLength(2);
});

test("a disk that refuses costs the shelter and nothing else, and is told once", async () => {
  writeFileSync(outageFolder(storageDir), "a file where the folder should be");
  const { lines, log } = readableLog();
  const file = new OutageFile<string>({ folder: outageFolder(storageDir), bytesMax: 25, textOf: (text) => text, log });
  expect([await file.append(["1"]), await file.append(["2"])]).toEqual([0, 0]);
  await file.clear();
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("rows that wait for the database are only in memory");
});

test("files of several outages are written in the order of the outages; what else lies there is left alone", async () => {
  await callInAnOutage();
  const lines = linesKept();
  for (const name of files()) rmSync(fileOf(name));
  // Made in another order than that of their names, which is the one in which folders may list them.
  for (const [at, line] of [...lines.entries()].reverse()) writeFileSync(fileOf(`${at}.jsonl`), `\n${line}`);
  writeFileSync(fileOf("notes.txt"), "an operator's");
  await replay();
  const rows = await read();
  expect([rows.calls.length, rows.turns.length, rows.events.length, files()]).toEqual([1, 2, 2, ["notes.txt"]]);
});
