import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asc, sql } from "drizzle-orm";
import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { type BusinessId, type CallId, type CallSid, newId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import { businesses } from "../db/schema/business.ts";
import { calls, callTurns } from "../db/schema/call.ts";
import { jobs } from "../db/schema/job.ts";
import { recordings } from "../db/schema/recording.ts";
import { tasks } from "../db/schema/task.ts";
import { usage } from "../db/schema/usage.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { claimJobs, completeJob } from "../jobs/claims.ts";
import { addBusiness } from "../tenants/business.ts";
import { type AfterCallDeps, callJobs } from "./after-call.ts";
import { callJobHandlers } from "./handlers.ts";
import { type CallRecorder, createCallRecorder } from "./journal.ts";
import { outageFolder } from "./outage-file.ts";
import { listCalls, readCall } from "./queries.ts";
import { sweepRecordings } from "./recordings.ts";
import { createSoundStore } from "./sound-store.ts";

let db: TestDatabase;
let folder: string;
let business: BusinessId;
let recorder: CallRecorder;
let world: World;
let made = 0;

/** The providers, as far as the jobs see them, and what they were asked. */
interface World {
  wav: Uint8Array | AppError;
  deleted: string[];
  deleteFails: AppError | null;
  heard: string | AppError;
  summary: string | AppError;
  summarised: string[];
}

beforeAll(async () => {
  db = await testDatabase();
  folder = mkdtempSync(join(tmpdir(), "agentlocator-after-"));
}, 60_000);
afterAll(async () => {
  await db.drop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await withSystem(db, (tx) => tx.delete(businesses)); // and with them everything that earlier tests left
  business = await addBusiness(db, { name: "b", phone: `+9723300${String(++made).padStart(4, "0")}` as Phone });
  world = {
    wav: new Uint8Array([82, 73, 70, 70]),
    deleted: [],
    deleteFails: null,
    heard: "תחזרו אליי בבקשה",
    summary: "הלקוח ביקש שיחזרו אליו.",
    summarised: [],
  };
  const sounds = createSoundStore(folder);
  const usual = {
    db,
    owner: "this process",
    sounds,
    usdIlsRate: 3.7,
    clock: systemClock,
    log: silentLog,
    random: () => 0.5,
  };
  recorder = createCallRecorder({ ...usual, outageFolder: outageFolder(folder), recordingDays: () => 2 });
});

const orThrow = <T>(value: T | AppError): T => {
  if (value instanceof AppError) throw value;
  return value;
};
const spent = {
  textInputTokens: 0,
  audioInputTokens: 0,
  cachedTextTokens: 0,
  cachedAudioTokens: 0,
  textOutputTokens: 0,
  audioOutputTokens: 0,
  seconds: 0,
};
const deps = (): AfterCallDeps => ({
  db,
  sounds: createSoundStore(folder),
  provider: {
    fetchRecording: async () => orThrow(world.wav),
    deleteRecording: async (sid) => {
      if (world.deleteFails) throw world.deleteFails;
      world.deleted.push(sid);
    },
  },
  transcriber: {
    transcribe: async () => ({ text: orThrow(world.heard), usage: { ...spent, model: "gpt-transcribe", seconds: 60 } }),
  },
  chat: {
    complete: async ({ input }) => {
      world.summarised.push(input);
      return {
        text: orThrow(world.summary),
        usage: { ...spent, model: "gpt-6-luna", textInputTokens: 500, textOutputTokens: 50 },
      };
    },
  },
  languageOf: () => ({ languages: ["he"], keywords: ["מספרה"] }),
  usdIlsRate: 3.7,
  log: silentLog,
});

/** Runs every queued job once, also those that are queued by others; returns what went wrong. */
async function runJobs(over: Partial<AfterCallDeps> = {}): Promise<string[]> {
  const handlers = callJobHandlers({ ...deps(), ...over });
  const failures: string[] = [];
  for (;;) {
    const claimed = await claimJobs(db, "me", Object.values(callJobs), 10);
    if (claimed.length === 0) return failures;
    for (const job of claimed) {
      try {
        await handlers[job.queue]?.(job, new AbortController().signal);
        await completeJob(db, "me", job.id);
      } catch (error) {
        failures.push(`${job.queue}: ${error instanceof AppError ? error.code : String(error)}`);
      }
    }
  }
}

/** Failed jobs are due again. */
const again = () =>
  withSystem(db, (tx) => tx.execute(sql`update jobs set state = 'ready', run_at = now(), owner = null`));

async function call(): Promise<{ callId: CallId; callSid: CallSid }> {
  const callId = newId<CallId>();
  const callSid = `CA${callId.replaceAll("-", "")}` as CallSid;
  const to = "+97231000000" as Phone;
  const startedAt = Temporal.Instant.from("2026-11-21T08:00:00Z");
  await recorder.begin({
    callId,
    callSid,
    businessId: business,
    from: "+972541111111",
    to,
    forwardedFrom: null,
    startedAt,
  });
  return { callId, callSid };
}

/** A caller who got the recording instead of the assistant, and spoke. */
async function message(): Promise<{ callId: CallId; recordingSid: string }> {
  const { callId, callSid } = await call();
  recorder.ended(callSid, { reason: "fallback", durationMs: 9_000, streamAtMs: null, recording: null, trace: null });
  const recordingSid = `RE${callId.replaceAll("-", "")}`;
  await recorder.recording({ businessId: business, callSid, recordingSid, durationSeconds: 6 });
  await recorder.idle();
  return { callId, recordingSid };
}

const mine = <T>(run: Parameters<typeof withTenant<T>>[2]): Promise<T> => withTenant(db, business, run);
const read = () =>
  mine(async (tx) => ({
    calls: await tx.select().from(calls),
    turns: await tx.select().from(callTurns).orderBy(asc(callTurns.seq)),
    recordings: await tx.select().from(recordings),
    tasks: await tx.select().from(tasks),
    usage: await tx.select().from(usage).orderBy(asc(usage.model)),
  }));

test("a message left on the fallback becomes a line of the log, a summary and the text of the task", async () => {
  const { recordingSid } = await message();
  expect(await runJobs()).toEqual([]);
  const rows = await read();
  const [sound] = rows.recordings;
  expect(sound).toMatchObject({ status: "stored", bytes: 4, providerSid: recordingSid });
  expect(sound?.providerDeletedAt).not.toBeNull();
  expect(world.deleted).toEqual([recordingSid]);
  expect(rows.turns.map(({ role, text, startMs, endMs }) => [role, text, startMs, endMs])).toEqual([
    ["caller", "תחזרו אליי בבקשה", 9_000, 15_000],
  ]);
  const { id } = rows.calls[0]!;
  const { turns } = await mine((tx) => readCall({ businessId: business, actor: { kind: "system" }, tx }, id));
  expect(turns.map(({ recordingId }) => recordingId)).toEqual([sound!.id]);
  expect(rows.tasks.map(({ detail }) => detail)).toEqual(["תחזרו אליי בבקשה"]);
  expect(rows.calls[0]?.summary).toBe("הלקוח ביקש שיחזרו אליו.");
  expect(rows.usage.map(({ model, seconds }) => [model, seconds])).toEqual([
    ["gpt-6-luna", 0],
    ["gpt-transcribe", 60],
  ]);
  // a minute of transcription 0.6 cents, the summary 0.0075 cents
  expect(rows.calls[0]?.costAgorot).toBe(2);
});

test("all of it done twice is done once", async () => {
  await message();
  await runJobs();
  const before = await read();
  const [recordingId] = before.recordings.map(({ id }) => id);
  const handlers = callJobHandlers(deps());
  for (const queue of [callJobs.fetchRecording, callJobs.transcribe, callJobs.deleteCopy]) {
    const job = {
      id: newId(),
      businessId: business,
      queue,
      lane: null,
      payload: { recordingId },
      attempt: 1,
      maxAttempts: 5,
      waits: 0,
      createdAt: Temporal.Now.instant(),
    };
    await handlers[queue]?.(job, new AbortController().signal);
  }
  const after = await read();
  expect([after.turns, after.tasks, after.recordings]).toEqual([before.turns, before.tasks, before.recordings]);
  expect(after.calls[0]?.summary).toBe(before.calls[0]?.summary ?? null);
  expect(world.deleted).toHaveLength(1);
});

// F23, F24: the provider is away, or stops in the middle of its answer.
test("a provider that is away delays the text, and leaves no half of it", async () => {
  await message();
  world.heard = new AppError("unavailable", "cut off");
  expect(await runJobs()).toEqual(["transcribe_recording: unavailable"]);
  expect((await read()).turns).toEqual([]);
  world.heard = "שלום";
  await again();
  expect(await runJobs()).toEqual([]);
  expect((await read()).turns.map(({ text }) => text)).toEqual(["שלום"]);
});

test("silence on the recording leaves the task as it is, and no empty line", async () => {
  await message();
  world.heard = "  ";
  await runJobs();
  const rows = await read();
  expect([rows.turns, rows.tasks.map(({ detail }) => detail), rows.calls[0]?.summary]).toEqual([[], [null], null]);
});

test("a recording that is too large for us is marked, not retried for ever", async () => {
  await message();
  world.wav = new AppError("too_large", "16 MB");
  expect(await runJobs()).toEqual(["fetch_recording: too_large"]);
  expect((await read()).recordings[0]?.status).toBe("failed");
});

test("without a key for the models the message still comes home", async () => {
  await message();
  expect(await runJobs({ transcriber: null, chat: null })).toEqual([]);
  const rows = await read();
  expect([rows.recordings[0]?.status, rows.turns, rows.calls[0]?.summary]).toEqual(["stored", [], null]);
});

test("the summary is written from the transcript, once, and says nothing about a call without words", async () => {
  const silent = await call();
  recorder.turn(silent.callSid, { role: "assistant", text: "שלום", startMs: 0, endMs: 900, interrupted: false });
  recorder.ended(silent.callSid, {
    reason: "caller_hung_up",
    durationMs: 2_000,
    streamAtMs: null,
    recording: null,
    trace: null,
  });
  const spoken = await call();
  recorder.turn(spoken.callSid, { role: "assistant", text: "שלום", startMs: 0, endMs: 900, interrupted: false });
  recorder.turn(spoken.callSid, {
    role: "caller",
    text: "תור\nלמחר",
    startMs: 1_000,
    endMs: 2_000,
    interrupted: false,
  });
  recorder.ended(spoken.callSid, {
    reason: "caller_hung_up",
    durationMs: 3_000,
    streamAtMs: null,
    recording: null,
    trace: null,
  });
  await recorder.idle();
  await runJobs();
  expect(world.summarised).toEqual(["assistant: שלום\ncaller: תור למחר"]);
  const rows = await read();
  expect(rows.calls.map(({ id, summary }) => [id === spoken.callId, summary !== null])).toContainEqual([true, true]);
  expect(rows.calls.find(({ id }) => id === silent.callId)?.summary).toBeNull();
});

test("an hour of talk is cut in the middle before it goes to the model", async () => {
  const { callSid } = await call();
  for (let n = 0; n < 400; n++)
    recorder.turn(callSid, {
      role: "caller",
      text: `${n} ${"מילה ".repeat(30)}`,
      startMs: n,
      endMs: n,
      interrupted: false,
    });
  recorder.ended(callSid, {
    reason: "caller_hung_up",
    durationMs: 3_000,
    streamAtMs: null,
    recording: null,
    trace: null,
  });
  await recorder.idle();
  await runJobs();
  expect(world.summarised[0]?.length).toBeLessThan(30_020);
  expect(world.summarised[0]).toStartWith("caller: 0 ");
  expect(world.summarised[0]).toContain("caller: 399 ");
});

// V15, K11: after its days a recording is gone here and there, and only its row tells that it was.
test("a recording whose days are over is deleted: file, provider's copy and content", async () => {
  const { recordingSid } = await message();
  world.deleteFails = new AppError("upstream", "no");
  await runJobs(); // fetched; the provider keeps its copy for now
  const [before] = (await read()).recordings;
  expect(existsSync(join(folder, before?.file ?? "none"))).toBe(true);
  const now = Temporal.Now.instant();
  expect(await sweepRecordings(db, now)).toBe(0);
  await withSystem(db, (tx) => tx.delete(jobs));
  expect(await sweepRecordings(db, now.add({ hours: 49 }))).toBe(1);
  expect(await sweepRecordings(db, now.add({ hours: 49 }))).toBe(0);
  expect(await withSystem(db, (tx) => tx.$count(jobs))).toBe(1);
  expect(await runJobs()).toEqual(["delete_recording: unavailable"]);
  expect((await read()).recordings[0]?.status).toBe("stored");
  world.deleteFails = null;
  await again();
  expect(await runJobs()).toEqual([]);
  const [after] = (await read()).recordings;
  expect(after).toMatchObject({ status: "deleted", file: null, bytes: null, peaks: null });
  expect(after?.deletedAt).not.toBeNull();
  expect(existsSync(join(folder, before?.file ?? "none"))).toBe(false);
  expect(world.deleted).toEqual([recordingSid]);
  expect(await sweepRecordings(db, now.add({ hours: 49 }))).toBe(0);
});

test("the call log is read page by page, newest first, without gaps or repeats", async () => {
  const ids: CallId[] = [];
  for (let n = 0; n < 7; n++) ids.push((await call()).callId); // all at the same moment: the id decides
  const ctx = <T>(
    run: (ctx: { businessId: BusinessId; actor: { kind: "system" }; tx: never }) => Promise<T>,
  ): Promise<T> => mine((tx) => run({ businessId: business, actor: { kind: "system" }, tx: tx as never }));
  const seen: string[] = [];
  let before: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listCalls>> = await ctx((c) =>
      listCalls(c, { limit: 3, ...(before ? { before } : {}) }),
    );
    expect(page.calls.length).toBeLessThanOrEqual(3);
    seen.push(...page.calls.map(({ id }) => id));
    before = page.next;
  } while (before);
  expect(seen).toEqual(ids.toReversed());
  for (const cursor of ["x", "~", "2026-11-21T08:00:00Z~1", "~' or 1=1", `yesterday~${ids[0]}`])
    expect(await ctx((c) => listCalls(c, { before: cursor })).catch((error: AppError) => error.code), cursor).toBe(
      "invalid",
    );
});

test("one call is read with its turns, events and latencies, by its own business only", async () => {
  const { callId, callSid } = await call();
  for (const answer_ms of [400, 900, 500])
    recorder.event(callSid, { atMs: answer_ms, kind: "turn_latency", detail: { answer_ms } });
  recorder.turn(callSid, { role: "caller", text: "הלו", startMs: 5, endMs: 6, interrupted: false });
  await recorder.idle();
  const detail = await mine((tx) => readCall({ businessId: business, actor: { kind: "system" }, tx }, callId));
  expect(detail.latency).toEqual({ answers: 3, p50: 500, p95: 900, max: 900 });
  expect(detail.turns.map(({ text }) => text)).toEqual(["הלו"]);
  expect(detail.events).toHaveLength(3);
  expect(detail).toMatchObject({ from: "+972541111111", leadStatus: "new" });
  const other = await addBusiness(db, { name: "o", phone: `+9723400${String(made).padStart(4, "0")}` as Phone });
  const theft = withTenant(db, other, (tx) => readCall({ businessId: other, actor: { kind: "system" }, tx }, callId));
  expect(await theft.catch((error: AppError) => error.code)).toBe("not_found");
});

const unknown = (callSid: CallSid, recordingSid: string) => ({
  ...{ businessId: business, callSid, recordingSid, durationSeconds: 9 },
  caller: { from: "+972509998877", to: "+97231000000" as Phone },
});

// Its row was lost, or another answered the number while we were away: the message was dropped without a line.
test("message-of-unknown-call-dropped: it becomes a call, a lead and one task with what was said", async () => {
  const callSid = `CA${"7".repeat(32)}` as CallSid;
  for (let again = 0; again < 3; again++) await recorder.recording(unknown(callSid, `RE${"7".repeat(32)}`));
  await recorder.idle();
  expect(await runJobs()).toEqual([]);
  await recorder.recording(unknown(callSid, `RE${"7".repeat(32)}`));
  expect(await runJobs()).toEqual([]);
  const rows = await read();
  expect(rows.calls.map((row) => [row.callSid, row.fromPhone, row.endReason])).toEqual([
    [callSid, "+972509998877", "fallback"],
  ]);
  expect(rows.calls[0]!.customerId).not.toBeNull();
  expect(rows.recordings.map(({ status }) => status)).toEqual(["stored"]);
  expect(rows.tasks.map(({ title, detail }) => [title, detail])).toEqual([
    ["לחזור אל +972509998877", "תחזרו אליי בבקשה"],
  ]);
});

test("a captured report of a message that was handled and deleted long ago changes nothing (K1)", async () => {
  world.wav = new AppError("not_found", "gone");
  await recorder.recording(unknown(`CA${"8".repeat(32)}` as CallSid, `RE${"8".repeat(32)}`));
  await recorder.idle();
  for (let tries = 0; tries < 5; tries++) {
    await runJobs();
    await again();
  }
  const rows = await read();
  expect([rows.calls, rows.recordings, rows.tasks]).toEqual([[], [], []]);
});
