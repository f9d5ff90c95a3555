import { and, eq } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import type { CallId } from "../base/ids.ts";
import { recordings } from "../db/schema/recording.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { auditListening } from "../tenants/listening.ts";

/** A recording of this call that can be played. */
export interface RecordingId {
  callId: CallId;
  recordingId: string;
}

/**
 * The file of a recording, for whoever is going to hear it: written down who listened (S5), once per listening.
 * @throws AppError "not_found" when it is not the business's, not this call's, or deleted.
 */
export async function openRecording(ctx: Ctx, id: RecordingId): Promise<{ file: string; bytes: number }> {
  const { file, bytes } = await readRecording(ctx, id);
  if (file === null || bytes === null) throw noRecording();
  const subject = `recording:${id.recordingId}`;
  await auditListening(ctx, { action: "recording.play", subject, detail: { callId: id.callId } });
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

const noRecording = () => new AppError("not_found", "no such recording");
