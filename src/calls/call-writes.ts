import { and, eq, isNull, or, sql } from "drizzle-orm";
import { type BusinessId, type CallId, type CallSid, newId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { type Identity, identifyCustomer } from "../crm/customers/identify.ts";
import { announce } from "../db/announce.ts";
import type { Database } from "../db/client.ts";
import { rowInserter } from "../db/insert-rows.ts";
import { callEvents, calls, callTurns } from "../db/schema/call.ts";
import { recordings } from "../db/schema/recording.ts";
import { usage } from "../db/schema/usage.ts";
import { withTenant } from "../db/tenant.ts";
import { publish } from "../jobs/publish.ts";
import { enqueue } from "../jobs/queue.ts";
import { limits } from "../limits.ts";
import type { EngineUsage } from "../live-call/engine.ts";
import type { CallEndRecord, CallEventRecord, TurnRecord } from "../live-call/journal.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { UnknownMessage } from "./adopt-message.ts";
import { callJobs } from "./after-call.ts";
import { addCallBackTask } from "./call-back-task.ts";
import type { BegunCall, RecordingReport, StatusReport } from "./log.ts";
import { priceCalls } from "./price-call.ts";
import type { StoredSound } from "./sound-store.ts";
import { isFinal, isNews } from "./status.ts";

/** One thing to write down about a call. Each may be written twice with the result of once. */
export type CallWrite = { businessId: BusinessId; callSid: CallSid } & (
  | { kind: "begin"; call: BegunCall; done(outcome: "begun" | "over"): void }
  | { kind: "turn"; seq: number; turn: TurnRecord }
  | { kind: "event"; seq: number; event: CallEventRecord }
  | { kind: "usage"; seq: number; usage: EngineUsage }
  | { kind: "ended"; end: CallEnd }
  | { kind: "sound"; id: string; sound: StoredSound; deleteAfter: Temporal.Instant }
  | { kind: "status"; report: StatusReport; at: Temporal.Instant; done(): void }
  | { kind: "recording"; id: string; report: RecordingReport; deleteAfter: Temporal.Instant; done(): void }
);

/** `durationMs` is null for a call that only the provider can measure. */
export type CallEnd = Omit<CallEndRecord, "recording" | "durationMs"> & { durationMs: number | null };

export interface CallWriterSettings {
  /** The process that carries the calls: `processes.id`. Null where they are over. */
  owner: string | null;
  usdIlsRate: number;
}

type Of<K extends CallWrite["kind"]> = Extract<CallWrite, { kind: K }>;

/** Makes the writes durable, in order per call: one transaction per business. */
export async function writeCalls(
  db: Database,
  writes: readonly CallWrite[],
  settings: CallWriterSettings,
): Promise<void> {
  for (const [businessId, own] of Map.groupBy(writes, (write) => write.businessId)) {
    const written = await withTenant(
      db,
      businessId,
      (tx) => writeBusiness({ businessId, actor: { kind: "system" }, tx }, own, settings),
      { deadlineMs: limits.jobQueryMs },
    );
    for (const done of written) done();
  }
}

/** Returns whom to tell once it is committed. Rows of calls that nobody began are dropped; messages are looked into. */
async function writeBusiness(
  ctx: Ctx,
  writes: readonly CallWrite[],
  settings: CallWriterSettings,
): Promise<(() => void)[]> {
  const written: (() => void)[] = [];
  for (const write of writes) {
    if (write.kind !== "begin") continue;
    const outcome = await begin(ctx, write.call, settings.owner);
    written.push(() => write.done(outcome));
  }
  const ids = await callIds(ctx, writes);
  const rowsOf = <K extends CallWrite["kind"]>(kind: K) =>
    writes.flatMap((write) => {
      const callId = ids.get(write.callSid);
      return write.kind === kind && callId ? [{ ...(write as Of<K>), callId }] : [];
    });
  // None of the three depends on another: they go out together.
  await Promise.all([
    insertTurns(ctx.tx, rowsOf("turn").map(turnRow)),
    insertEvents(ctx.tx, rowsOf("event").map(eventRow)),
    insertUsage(ctx.tx, rowsOf("usage").map(usageRow)),
  ]);
  const toPrice = new Set<CallId>();
  for (const write of writes) {
    const callId = ids.get(write.callSid);
    if (callId && write.kind === "ended" && (await ended(ctx, callId, write.end))) toPrice.add(callId);
    else if (callId && write.kind === "sound") await sound(ctx, callId, write);
    else if (callId && write.kind === "status" && (await status(ctx, callId, write))) toPrice.add(callId);
    else if (callId && write.kind === "recording") await recording(ctx, callId, write);
    else if (!callId && write.kind === "recording") await lookInto(ctx, write);
    if (write.kind === "status" || write.kind === "recording") written.push(write.done);
  }
  await priceCalls(ctx, [...toPrice], settings.usdIlsRate);
  return written;
}

async function begin(ctx: Ctx, call: BegunCall, owner: string | null): Promise<"begun" | "over"> {
  const { tx, businessId } = ctx;
  const [known] = await tx
    .select({ endedAt: calls.endedAt })
    .from(calls)
    .where(and(eq(calls.businessId, businessId), eq(calls.callSid, call.callSid)));
  if (known) return known.endedAt ? "over" : "begun";
  const fromPhone = (call.from || null) as Phone | null;
  // Who tries the assistant out is nobody to win over: a lead of theirs is made when she saves one.
  const { customerId } = await identifyCustomer(ctx, callerOf(call), call.tester ? null : "call");
  const added = await tx
    .insert(calls)
    .values({
      id: call.callId,
      businessId,
      callSid: call.callSid,
      owner,
      origin: call.tester ? "browser" : "phone",
      fromPhone,
      toPhone: call.to,
      forwardedFrom: call.forwardedFrom,
      customerId,
      startedAt: call.startedAt,
    })
    .onConflictDoNothing()
    .returning({ id: calls.id });
  if (added.length > 0) await announce(tx, { businessId, type: "call", id: call.callId });
  // Nothing added and nothing seen: the id is another business's, whose row is not ours to see or to continue.
  return added.length > 0 ? "begun" : "over";
}

function callerOf({ from, tester }: BegunCall): (Identity & { name?: string }) | null {
  if (tester) return { kind: "staff", value: tester.userId, name: tester.name };
  return from === "" ? null : { kind: "phone", value: from };
}

async function callIds({ tx, businessId }: Ctx, writes: readonly CallWrite[]): Promise<Map<CallSid, CallId>> {
  const sids = [...new Set(writes.map((write) => write.callSid))];
  const wanted = sql`(select json_array_elements_text(${JSON.stringify(sids)}::json))`; // one text for any number of them
  const rows = await tx
    .select({ id: calls.id, callSid: calls.callSid })
    .from(calls)
    .where(and(eq(calls.businessId, businessId), sql`${calls.callSid} in ${wanted}`));
  return new Map(rows.map((row) => [row.callSid, row.id]));
}

type Row<K extends CallWrite["kind"]> = Of<K> & { callId: CallId };

const ofTurn = ["businessId", "callId", "seq", "role", "text", "startMs", "endMs", "interrupted"] as const;
const insertTurns = rowInserter(callTurns, ofTurn);
const insertEvents = rowInserter(callEvents, ["businessId", "callId", "seq", "atMs", "kind", "detail"]);
const tokens = [
  ...(["textInputTokens", "audioInputTokens", "cachedTextTokens", "cachedAudioTokens"] as const),
  ...(["textOutputTokens", "audioOutputTokens"] as const),
] as const;
const ofUsage = ["id", "businessId", "callId", "key", "kind", "model", "seconds", ...tokens] as const;
const insertUsage = rowInserter(usage, ofUsage);

const turnRow = ({ businessId, callId, seq, turn }: Row<"turn">) => ({
  ...{ businessId, callId, seq, ...turn },
  startMs: Math.round(turn.startMs),
  endMs: Math.round(turn.endMs),
});

const eventRow = ({ businessId, callId, seq, event }: Row<"event">) => ({
  ...{ businessId, callId, seq, ...event },
  atMs: Math.round(event.atMs),
});

const usageRow = ({ businessId, callId, seq, usage: { transcribedSeconds: seconds, ...rest } }: Row<"usage">) => ({
  ...{ id: newId(), businessId, callId, key: `call:${callId}:${seq}`, ...rest, seconds },
  kind: seconds > 0 ? ("transcription" as const) : ("voice" as const),
});

/** True when it ends here, for the first time. */
async function ended(ctx: Ctx, callId: CallId, end: CallEnd): Promise<boolean> {
  const { tx, businessId } = ctx;
  const durationMs = end.durationMs === null ? sql`${calls.billedSeconds} * 1000` : Math.round(end.durationMs);
  const [call] = await tx
    .update(calls)
    .set({
      endedAt: sql`coalesce(${calls.endedAt}, ${calls.startedAt} + make_interval(secs => ${(end.durationMs ?? 0) / 1_000}))`,
      durationMs,
      streamAtMs: end.streamAtMs,
      endReason: end.reason,
      trace: end.trace,
      // No provider reports on a browser's call.
      status: sql`case when ${calls.origin} = 'browser' then 'completed' else ${calls.status} end`,
    })
    .where(and(eq(calls.businessId, businessId), eq(calls.id, callId), isNull(calls.endReason)))
    .returning({ origin: calls.origin });
  if (call === undefined) return false;
  const wasMissed = end.reason === "fallback" || end.reason === "bug";
  if (wasMissed && call.origin === "phone") await addCallBackTask(ctx, callId);
  await Promise.all([
    announce(tx, { businessId, type: "call", id: callId }),
    enqueue(tx, { businessId, queue: callJobs.summarise, dedupe: callId, payload: { callId } }),
    publish(ctx, "call.ended", callId),
  ]);
  return true;
}

async function sound({ tx, businessId }: Ctx, callId: CallId, write: Of<"sound">): Promise<void> {
  const { id, sound: stored, deleteAfter } = write;
  const row = { id, businessId, callId, origin: "stream" as const, status: "stored" as const, ...stored, deleteAfter };
  await Promise.all([
    tx.insert(recordings).values(row).onConflictDoNothing(),
    announce(tx, { businessId, type: "call", id: callId }),
  ]);
}

/** True when what the call cost may have changed. */
async function status(ctx: Ctx, callId: CallId, write: Of<"status">): Promise<boolean> {
  const { tx, businessId } = ctx;
  const { report, at } = write;
  const seconds = report.durationSeconds;
  const isOver = isFinal(report.status);
  // The first to tell of the end is often `Connect`'s action, which knows no length.
  const isLength = isOver && seconds !== null ? isNull(calls.billedSeconds) : sql`false`;
  // A call that ended for us without a length (left to the recording, or lost) lasted as long as the provider says.
  const isMeasured = sql`${seconds}::int is not null and ${calls.endReason} is not null and ${calls.durationMs} is null`;
  const measured = sql`${calls.startedAt} + make_interval(secs => ${seconds}::int)`;
  const told = isOver ? sql`${at.toString()}::timestamptz` : sql`null`;
  const changed = await tx
    .update(calls)
    .set({
      status: sql`case when ${isNews(report.status)} then ${report.status} else ${calls.status} end`,
      endedAt: sql`case when ${isMeasured} then ${measured} else coalesce(${calls.endedAt}, ${told}) end`,
      durationMs: sql`case when ${isMeasured} then ${seconds}::int * 1000 else ${calls.durationMs} end`,
      billedSeconds: sql`coalesce(${calls.billedSeconds}, ${seconds}::int)`,
    })
    .where(and(eq(calls.businessId, businessId), eq(calls.id, callId), or(isNews(report.status), isLength)))
    .returning({ id: calls.id });
  if (changed.length === 0 || seconds === null) return false;
  // Voice is billed by the started minute.
  const billed = { model: "twilio-voice", kind: "phone" as const, seconds: Math.ceil(seconds / 60) * 60 };
  await Promise.all([
    tx
      .insert(usage)
      .values({ id: newId(), businessId, callId, key: `call:${callId}:phone`, ...billed })
      .onConflictDoNothing(),
    announce(tx, { businessId, type: "call", id: callId }),
  ]);
  return true;
}

/** A message of a call that has no row: `adopt-message.ts` says why not at once. */
async function lookInto({ tx, businessId }: Ctx, { callSid, report, deleteAfter }: Of<"recording">): Promise<void> {
  if (!report.caller) return;
  const { recordingSid, durationSeconds, caller } = report;
  const times = { at: Temporal.Now.instant().toString(), deleteAfter: deleteAfter.toString() };
  const payload: UnknownMessage = { callSid, recordingSid, durationSeconds, ...caller, ...times };
  await enqueue(tx, { businessId, queue: callJobs.adoptMessage, dedupe: recordingSid, payload });
}

async function recording(ctx: Ctx, callId: CallId, write: Of<"recording">): Promise<void> {
  const { tx, businessId } = ctx;
  const { id, report, deleteAfter } = write;
  const durationMs = report.durationSeconds === null ? null : Math.round(report.durationSeconds * 1_000);
  const added = await tx
    .insert(recordings)
    .values({
      id,
      businessId,
      callId,
      origin: "provider",
      providerSid: report.recordingSid,
      status: "pending",
      durationMs,
      deleteAfter,
    })
    .onConflictDoNothing()
    .returning({ id: recordings.id });
  if (added.length === 0) return;
  await addCallBackTask(ctx, callId);
  // Whoever leaves a message had not hung up, although the stream stopped and the provider was late to ask what comes next.
  await tx
    .update(calls)
    .set({ endReason: "fallback" })
    .where(and(eq(calls.businessId, businessId), eq(calls.id, callId), eq(calls.endReason, "caller_hung_up")));
  await enqueue(tx, { businessId, queue: callJobs.fetchRecording, dedupe: id, payload: { recordingId: id } });
}
