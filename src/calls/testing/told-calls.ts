import { asc, eq } from "drizzle-orm";
import { type BusinessId, type CallId, type CallSid, newId } from "../../base/ids.ts";
import type { Phone } from "../../base/phone.ts";
import { callEvents, calls, callTurns } from "../../db/schema/call.ts";
import { customerIdentities, customers } from "../../db/schema/customer.ts";
import { jobs } from "../../db/schema/job.ts";
import { leads } from "../../db/schema/lead.ts";
import { recordings } from "../../db/schema/recording.ts";
import { tasks } from "../../db/schema/task.ts";
import { usage } from "../../db/schema/usage.ts";
import { withSystem } from "../../db/tenant.ts";
import type { TestDatabase } from "../../db/test-db.ts";
import type { EngineUsage } from "../../live-call/engine.ts";
import type { CallEndRecord, TurnRecord } from "../../live-call/journal.ts";
import type { CallRecorder } from "../journal.ts";
import type { BegunCall } from "../log.ts";

let sids = 0;
export const newSid = (): CallSid => `CA${String(++sids).padStart(32, "0")}` as CallSid;

export const begunCall = (businessId: BusinessId, over: Partial<BegunCall> = {}): BegunCall => ({
  callId: newId<CallId>(),
  callSid: newSid(),
  businessId,
  from: "+972541111111",
  to: "+97231000000" as Phone,
  forwardedFrom: null,
  startedAt: Temporal.Instant.from("2026-11-21T08:00:00Z"),
  ...over,
});
export const turn = (text: string, over: Partial<TurnRecord> = {}): TurnRecord => ({
  role: "caller",
  text,
  startMs: 0,
  endMs: 900.4,
  interrupted: false,
  ...over,
});
export const end = (over: Partial<CallEndRecord> = {}): CallEndRecord => ({
  reason: "caller_hung_up",
  durationMs: 61_000,
  streamAtMs: 2_950,
  recording: null,
  trace: null,
  ...over,
});
export const consumed: EngineUsage = {
  model: "gpt-realtime-2.1",
  textInputTokens: 1_000,
  audioInputTokens: 1_000,
  cachedTextTokens: 0,
  cachedAudioTokens: 0,
  textOutputTokens: 100,
  audioOutputTokens: 1_000,
  transcribedSeconds: 0,
};

/** A whole call, as the live call reports it. */
export function talk(recorder: CallRecorder, { callSid }: BegunCall, over: Partial<CallEndRecord> = {}): void {
  recorder.event(callSid, { atMs: 3.7, kind: "stream_started", detail: {} });
  recorder.turn(callSid, turn("שלום, כאן המספרה", { role: "assistant" }));
  recorder.turn(callSid, turn("אפשר תור למחר?", { startMs: 1_000, endMs: 2_000 }));
  recorder.usage(callSid, consumed);
  recorder.event(callSid, { atMs: 2_500, kind: "turn_latency", detail: { answer_ms: 512.25 } });
  recorder.ended(callSid, end(over));
}

/** Everything of one business, as the owner of the database sees it. */
export const readAll = (server: TestDatabase, business: BusinessId) =>
  withSystem(server, async (tx) => ({
    calls: await tx.select().from(calls).where(eq(calls.businessId, business)).orderBy(asc(calls.id)),
    turns: await tx.select().from(callTurns).where(eq(callTurns.businessId, business)).orderBy(asc(callTurns.seq)),
    events: await tx.select().from(callEvents).where(eq(callEvents.businessId, business)).orderBy(asc(callEvents.seq)),
    usage: await tx.select().from(usage).where(eq(usage.businessId, business)),
    recordings: await tx.select().from(recordings).where(eq(recordings.businessId, business)),
    customers: await tx.select().from(customers).where(eq(customers.businessId, business)),
    identities: await tx.select().from(customerIdentities).where(eq(customerIdentities.businessId, business)),
    leads: await tx.select().from(leads).where(eq(leads.businessId, business)),
    tasks: await tx.select().from(tasks).where(eq(tasks.businessId, business)),
    jobs: await tx.select().from(jobs).where(eq(jobs.businessId, business)),
  }));
