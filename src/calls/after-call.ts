import { z } from "zod";
import { AppError } from "../base/errors.ts";
import type { BusinessId, CallId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Database } from "../db/client.ts";
import type { ClaimedJob } from "../jobs/claims.ts";
import type { Consumption } from "../usage/cost.ts";
import type { SoundStore } from "./sound-store.ts";

/** Queues of the work that a call leaves behind. */
export const callJobs = {
  summarise: "summarise_call",
  fetchRecording: "fetch_recording",
  transcribe: "transcribe_recording",
  deleteCopy: "delete_provider_recording",
  deleteRecording: "delete_recording",
  adoptMessage: "adopt_message",
} as const;

/** The provider that records messages. Both throw AppError "unavailable" or "upstream" when it does not answer well. */
export interface RecordingProvider {
  /** WAV bytes, bounded. @throws AppError "not_found", "too_large" as well. */
  fetchRecording(recordingSid: string): Promise<Uint8Array>;
  /** What is gone already counts as deleted. */
  deleteRecording(recordingSid: string): Promise<void>;
}

/** Speech to text for a whole file. @throws AppError "unavailable" when it may work later, "upstream" when refused. */
export interface Transcriber {
  transcribe(
    /** `fileName`'s ending tells the format. */
    request: { audio: Uint8Array; fileName: string; languages: readonly string[]; keywords: readonly string[] },
    signal: AbortSignal,
  ): Promise<{ text: string; usage: Consumption }>;
}

/** A text model that answers once. @throws as `Transcriber`. */
export interface ChatModel {
  complete(
    request: { instructions: string; input: string; maxOutputTokens: number },
    signal: AbortSignal,
  ): Promise<{ text: string; usage: Consumption }>;
}

/** What the jobs know of a business: its languages and the words that its callers use. */
export interface CallerLanguage {
  languages: readonly string[];
  keywords: readonly string[];
}

export interface AfterCallDeps {
  db: Database;
  sounds: SoundStore;
  provider: RecordingProvider;
  /** Null = not configured: recordings stay without text. */
  transcriber: Transcriber | null;
  /** Null = not configured: calls stay without a summary. */
  chat: ChatModel | null;
  languageOf(businessId: BusinessId): CallerLanguage;
  usdIlsRate: number;
  log: Log;
}

const ofCall = z.object({ callId: z.uuid().transform((id) => id as CallId) });
const ofRecording = z.object({ recordingId: z.uuid() });

/** Whose call a job is about. @throws AppError "bug" for a job that none of ours made. */
export const callOf = (job: ClaimedJob) => read(job, ofCall);
/** Whose recording a job is about. @throws as `callOf`. */
export const recordingOf = (job: ClaimedJob) => read(job, ofRecording);

function read<T extends object>(job: ClaimedJob, shape: z.ZodType<T>): T & { businessId: BusinessId } {
  const payload = shape.safeParse(job.payload);
  if (!payload.success || !job.businessId) throw new AppError("bug", `job of queue ${job.queue} has no subject`);
  return { ...payload.data, businessId: job.businessId };
}
