import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import type { CallId } from "../base/ids.ts";
import { auditLog } from "../db/schema/audit.ts";
import { recordings } from "../db/schema/recording.ts";
import { audit } from "../tenants/audit.ts";
import { authorOf } from "../tenants/author.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** A recording of this call that can be played. */
export interface RecordingId {
  callId: CallId;
  recordingId: string;
}

// A player asks for a recording in many parts, and jumps: within this it is one listening.
const listeningMinutes = 10;

/**
 * The file of a recording, for whoever is going to hear it: written down who listened (S5), once per listening.
 * @throws AppError "not_found" when it is not the business's, not this call's, or deleted.
 */
export async function openRecording(ctx: Ctx, id: RecordingId): Promise<{ file: string; bytes: number }> {
  const { file, bytes } = await readRecording(ctx, id);
  if (file === null || bytes === null) throw noRecording();
  const act = { action: "recording.play", subject: `recording:${id.recordingId}` };
  if (!(await isListening(ctx, act))) await audit(ctx, { ...act, detail: { callId: id.callId } });
  return { file, bytes };
}

/** Loudest samples per 100 ms, 0..255, of both sides; empty for a recording that has no plot. @throws as above. */
export async function readPeaks(ctx: Ctx, id: RecordingId) {
  const { peaks } = await readRecording(ctx, id);
  const side = (which: 0 | 1): number[] => Array.from(peaks ?? []).filter((_, at) => at % 2 === which);
  return { stepMs: 100, caller: side(0), assistant: side(1) };
}

async function readRecording({ tx, businessId }: Ctx, { callId, recordingId }: RecordingId) {
  const { file, bytes, peaks } = recordings;
  const [row] = await tx
    .select({ file, bytes, peaks })
    .from(recordings)
    .where(
      and(
        eq(recordings.businessId, businessId),
        eq(recordings.callId, callId),
        eq(recordings.id, recordingId),
        eq(recordings.status, "stored"),
      ),
    );
  if (!row) throw noRecording();
  return row;
}

async function isListening({ tx, businessId, actor }: Ctx, act: { action: string; subject: string }): Promise<boolean> {
  const { userId, name } = authorOf(actor);
  const [before] = await tx
    .select({ id: auditLog.id })
    .from(auditLog)
    .where(
      and(
        eq(auditLog.businessId, businessId),
        gt(auditLog.createdAt, sql`now() - make_interval(mins => ${listeningMinutes})`),
        eq(auditLog.action, act.action),
        eq(auditLog.subject, act.subject),
        userId === null ? isNull(auditLog.userId) : eq(auditLog.userId, userId),
        eq(auditLog.actorName, name),
      ),
    )
    .limit(1);
  return before !== undefined;
}

const noRecording = () => new AppError("not_found", "no such recording");
