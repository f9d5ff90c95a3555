import { and, count, eq, lt, ne, sql } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import type { Database, Tx } from "../db/client.ts";
import { calls, callTurns } from "../db/schema/call.ts";
import { jobs } from "../db/schema/job.ts";
import { recordings } from "../db/schema/recording.ts";
import { usage } from "../db/schema/usage.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import type { ClaimedJob } from "../jobs/claims.ts";
import { enqueue } from "../jobs/queue.ts";
import type { JobHandler } from "../jobs/runner.ts";
import { limits } from "../limits.ts";
import { type AfterCallDeps, callJobs, recordingOf } from "./after-call.ts";
import { describeCallBackTask } from "./call-back-task.ts";
import { priceCalls } from "./price-call.ts";

type Recording = typeof recordings.$inferSelect;

const patient = { deadlineMs: limits.jobQueryMs };
/** Turns that the live call wrote count from 0; what was said on a recorded message comes behind them. */
const recordedTurnsFrom = 100_000;

/** Which of a call's recordings, in the order of their ids, a turn was said on; -1 for what was said in the talk itself. */
export const recordingOfTurn = (seq: number): number => (seq < recordedTurnsFrom ? -1 : seq - recordedTurnsFrom);

/** Brings a recorded message home, then has it written out and the provider's copy deleted. */
export function fetchRecording({ db, provider, sounds }: AfterCallDeps): JobHandler {
  return async (job) => {
    const { businessId, recordingId } = recordingOf(job);
    const recording = await load(db, businessId, recordingId);
    if (recording?.status !== "pending" || !recording.providerSid) return;
    try {
      const wav = await provider.fetchRecording(recording.providerSid);
      const stored = await sounds.saveWav(businessId, recordingId, wav);
      await withTenant(db, businessId, (tx) => keep(tx, recording, stored), patient);
    } catch (error) {
      if (isHopeless(error, job)) await setStatus(db, businessId, recordingId, "failed");
      throw error;
    }
  };
}

async function keep(tx: Tx, { id, businessId }: Recording, stored: { file: string; bytes: number }): Promise<void> {
  const kept = await tx
    .update(recordings)
    .set({ status: "stored", ...stored })
    .where(and(eq(recordings.id, id), eq(recordings.status, "pending")))
    .returning({ id: recordings.id });
  if (kept.length === 0) return;
  for (const queue of [callJobs.transcribe, callJobs.deleteCopy])
    await enqueue(tx, { businessId, queue, dedupe: id, payload: { recordingId: id } });
}

/** Writes down what the caller said: a turn of the call log, the text of the call-back task, a new summary. */
export function transcribeRecording(deps: AfterCallDeps): JobHandler {
  const { db, sounds, transcriber } = deps;
  return async (job, signal) => {
    const { businessId, recordingId } = recordingOf(job);
    const recording = await load(db, businessId, recordingId);
    if (!transcriber || recording?.status !== "stored" || !recording.file) return;
    const wav = await sounds.read(recording.file);
    const { text: said, usage: consumed } = await transcriber.transcribe(
      { audio: wav, fileName: "message.wav", ...deps.languageOf(businessId) },
      signal,
    );
    const text = said.replaceAll("\u0000", "").toWellFormed().trim();
    await withTenant(
      db,
      businessId,
      async (tx) => {
        const { callId } = recording;
        await tx
          .insert(usage)
          .values({ id: newId(), businessId, callId, key: `job:${job.id}`, kind: "transcription", ...consumed })
          .onConflictDoNothing();
        if (text && (await addTurn(tx, recording, text))) {
          await describeCallBackTask({ businessId, actor: { kind: "system" }, tx }, callId, text);
          await tx
            .update(calls)
            .set({ summary: null })
            .where(and(eq(calls.businessId, businessId), eq(calls.id, callId)));
          await enqueue(tx, { businessId, queue: callJobs.summarise, dedupe: callId, payload: { callId } });
        }
        await priceCalls({ tx, businessId }, [callId], deps.usdIlsRate);
      },
      patient,
    );
  };
}

/** False when the message is in the call log already. */
async function addTurn(tx: Tx, { id, callId, businessId, durationMs }: Recording, text: string): Promise<boolean> {
  const [call] = await tx
    .select({ durationMs: calls.durationMs })
    .from(calls)
    .where(and(eq(calls.businessId, businessId), eq(calls.id, callId)));
  const [before] = await tx
    .select({ recordings: count() })
    .from(recordings)
    .where(and(eq(recordings.businessId, businessId), eq(recordings.callId, callId), lt(recordings.id, id)));
  const startMs = call?.durationMs ?? 0;
  const added = await tx
    .insert(callTurns)
    .values({
      businessId,
      callId,
      seq: recordedTurnsFrom + (before?.recordings ?? 0),
      role: "caller",
      text,
      startMs,
      endMs: startMs + (durationMs ?? 0),
      interrupted: false,
    })
    .onConflictDoNothing()
    .returning({ seq: callTurns.seq });
  return added.length > 0;
}

/** Once our copy is safe, the provider's is deleted: the caller's voice lies in one place. */
export function deleteProviderCopy({ db, provider }: AfterCallDeps): JobHandler {
  return async (job) => {
    const { businessId, recordingId } = recordingOf(job);
    const recording = await load(db, businessId, recordingId);
    if (recording) await deleteAtProvider(db, provider, recording);
  };
}

/** The end of a recording: file, provider's copy and content are gone, the row stays as proof. */
export function deleteRecording({ db, provider, sounds }: AfterCallDeps): JobHandler {
  return async (job) => {
    const { businessId, recordingId } = recordingOf(job);
    const recording = await load(db, businessId, recordingId);
    if (!recording || recording.status === "deleted") return;
    if (recording.file) await sounds.remove(recording.file);
    await deleteAtProvider(db, provider, recording);
    const gone = {
      status: "deleted" as const,
      file: null,
      bytes: null,
      peaks: null,
      deletedAt: Temporal.Now.instant(),
    };
    await withTenant(
      db,
      businessId,
      (tx) => tx.update(recordings).set(gone).where(eq(recordings.id, recordingId)),
      patient,
    );
  };
}

/** Whatever the provider says, it is asked again until it is done (`limits.jobWaitMs`, then it is an alarm). */
async function deleteAtProvider(
  db: Database,
  provider: AfterCallDeps["provider"],
  recording: Recording,
): Promise<void> {
  if (!recording.providerSid || recording.providerDeletedAt) return;
  try {
    await provider.deleteRecording(recording.providerSid);
  } catch (cause) {
    throw new AppError("unavailable", "the provider still has the recording", { cause });
  }
  const providerDeletedAt = Temporal.Now.instant();
  await withTenant(
    db,
    recording.businessId,
    (tx) => tx.update(recordings).set({ providerDeletedAt }).where(eq(recordings.id, recording.id)),
    patient,
  );
}

// Those that wait for a provider must not keep others from being found.
const notQueued = sql`not exists (
  select from ${jobs} where ${jobs.queue} = ${callJobs.deleteRecording} and ${jobs.dedupe} = ${recordings.id}::text
    and ${jobs.state} <> 'dead')`;

/** Queues the deletion of every recording whose time is over. Returns how many were queued. */
export async function sweepRecordings(db: Database, now: Temporal.Instant): Promise<number> {
  return withSystem(
    db,
    async (tx) => {
      const due = await tx
        .select({ id: recordings.id, businessId: recordings.businessId })
        .from(recordings)
        .where(and(lt(recordings.deleteAfter, now), ne(recordings.status, "deleted"), notQueued))
        .limit(1_000);
      for (const { id, businessId } of due)
        await enqueue(tx, { businessId, queue: callJobs.deleteRecording, dedupe: id, payload: { recordingId: id } });
      return due.length;
    },
    patient,
  );
}

async function load(db: Database, businessId: BusinessId, id: string): Promise<Recording | undefined> {
  const rows = await withTenant(
    db,
    businessId,
    (tx) => tx.select().from(recordings).where(eq(recordings.id, id)),
    patient,
  );
  return rows[0];
}

/** The provider has no such recording, it is too large for us, or this was the last try. */
const isHopeless = (error: unknown, job: ClaimedJob): boolean =>
  error instanceof AppError &&
  error.code !== "unavailable" &&
  (error.code === "too_large" || job.attempt >= job.maxAttempts);

async function setStatus(db: Database, businessId: BusinessId, id: string, status: "failed"): Promise<void> {
  await withTenant(db, businessId, (tx) => tx.update(recordings).set({ status }).where(eq(recordings.id, id)), patient);
}
