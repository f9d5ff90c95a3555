import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Transcriber } from "../calls/after-call.ts";
import { announce } from "../db/announce.ts";
import type { Database } from "../db/client.ts";
import { conversations, messages } from "../db/schema/message.ts";
import { type MediaState, messageMedia } from "../db/schema/message-media.ts";
import { withTenant } from "../db/tenant.ts";
import type { JobHandler } from "../jobs/runner.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { noRoomFor, takeRoom } from "./file-quota.ts";
import { mediaQueue } from "./media-queue.ts";
import type { MediaRef } from "./provider.ts";
import { say } from "./say.he.ts";
import { type Sniffed, sniff, sniffBytes } from "./sniff.ts";
import { writeOut } from "./voice-note.ts";

export interface MediaDeps {
  db: Database;
  clock: Clock;
  log: Log;
  storageDir: string;
  /** Brings a file home; whichever process holds the business's session can. @throws as `WhatsAppChannel.download`. */
  download(businessId: BusinessId, media: MediaRef, to: { file: string; bytesMax: number }): Promise<{ bytes: number }>;
  /** Null = not configured: voice notes stay without words. */
  transcriber: Transcriber | null;
  /** The business has used up its day's money: what costs some waits for people. */
  isSpent(businessId: BusinessId): boolean;
  languageOf(businessId: BusinessId): { languages: readonly string[]; keywords: readonly string[] };
  /** The words of a voice note are here, or will not come: its chat may be answered now. */
  onWritten(chat: { businessId: BusinessId; conversationId: string; dueAt: Temporal.Instant }): void;
}

type Media = typeof messageMedia.$inferSelect;
type Message = typeof messages.$inferSelect;

const payloadSchema = z.object({ mediaId: z.uuid() });

/** The handlers of this room's queues, for the job runner. */
export const mediaJobHandlers = (deps: MediaDeps): Record<string, JobHandler> => ({
  [mediaQueue]: async (job, signal) => {
    const payload = payloadSchema.safeParse(job.payload);
    if (!payload.success || !job.businessId) throw new AppError("bug", "a media job names no file");
    const isLastTry = job.attempt >= job.maxAttempts;
    await fetchMedia(
      deps,
      { businessId: job.businessId, mediaId: payload.data.mediaId, isLastTry, jobId: job.id },
      signal,
    );
  },
});

interface Wanted {
  businessId: BusinessId;
  mediaId: string;
  isLastTry: boolean;
  jobId: string;
}

async function fetchMedia(deps: MediaDeps, wanted: Wanted, signal: AbortSignal): Promise<void> {
  const found = await inTenant(deps, wanted.businessId, (ctx) => load(ctx, wanted.mediaId));
  if (found === null) return;
  let { media, message } = found;
  if (media.state === "waiting") {
    const brought = await bringHome(deps, media, message, wanted.isLastTry);
    const outcome = await inTenant(deps, wanted.businessId, (ctx) => note(ctx, media, message, brought));
    if (brought.file !== null && outcome?.file !== brought.file)
      await rm(join(deps.storageDir, brought.file), { force: true });
    if (outcome === null) return wakeChat(deps, message);
    deps.log.info("WA", "file", {
      biz: wanted.businessId,
      message: message.id,
      state: outcome.state,
      reason: outcome.reason,
    });
    media = { ...media, ...outcome };
    message = { ...message };
  }
  if (message.kind !== "voice") return;
  if (media.state === "stored" && message.body === say.kinds.voice && !deps.isSpent(wanted.businessId))
    await writeOut(deps, { ...wanted, file: media.file!, messageId: message.id }, signal);
  await wakeChat(deps, message);
}

interface Outcome {
  state: MediaState;
  reason: string | null;
  file: string | null;
  bytes: number | null;
  mimeType: string | null;
  storedAt: Temporal.Instant | null;
}

const refused = (state: MediaState, reason: string): Outcome => ({
  state,
  reason,
  file: null,
  bytes: null,
  mimeType: null,
  storedAt: null,
});

/** Fetches, looks what it really is, and keeps it under a name of ours; or says why not. */
async function bringHome(deps: MediaDeps, media: Media, message: Message, isLastTry: boolean): Promise<Outcome> {
  const { businessId, id } = media;
  const bytesMax = message.kind === "voice" || message.kind === "audio" ? limits.waAudioBytes : limits.waMediaBytes;
  if (media.bytes !== null && media.bytes > bytesMax) return refused("refused", "too_large");
  const wanted = { bytes: media.bytes ?? 0, sentBy: message.customerId };
  const noRoom = await inTenant(deps, businessId, (ctx) => noRoomFor(ctx, wanted));
  if (noRoom !== null) return refused("refused", noRoom);
  const folder = join("whatsapp", `business_${businessId}`, "media");
  const half = join(deps.storageDir, folder, `${id}.part`);
  await mkdir(dirname(half), { recursive: true, mode: 0o700 });
  try {
    const { bytes } = await deps.download(businessId, refOf(media), { file: half, bytesMax });
    const sniffed = sniff(await headOf(half), media.fileName);
    const problem = sniffed === null ? "not_allowed" : fits(message.kind, sniffed) ? null : "wrong_type";
    if (sniffed === null || problem !== null) return refused("refused", problem ?? "not_allowed");
    const file = join(folder, `${id}.${sniffed.ending}`);
    await rename(half, join(deps.storageDir, file));
    return { state: "stored", reason: null, file, bytes, mimeType: sniffed.mimeType, storedAt: deps.clock.instant() };
  } catch (error) {
    return hopeless(error, isLastTry);
  } finally {
    await rm(half, { force: true });
  }
}

/** How it ends for good; what may work later is thrown on, for the queue to try again. */
function hopeless(error: unknown, isLastTry: boolean): Outcome {
  if (error instanceof AppError && error.code === "too_large") return refused("refused", "too_large");
  if (error instanceof AppError && error.code === "not_found") return refused("gone", "gone");
  if (isLastTry && !(error instanceof AppError && error.code === "unavailable")) return refused("failed", "failed");
  throw error;
}

/** A picture that is a program is a lie; a document may be anything that is taken at all. */
function fits(kind: Message["kind"], { family, ending }: Sniffed): boolean {
  if (kind === "document") return true;
  if (kind === "voice" || kind === "audio") return family === "audio" || ending === "webm" || ending === "mp4";
  if (kind === "sticker") return family === "image" || family === "video";
  return kind === family;
}

async function headOf(path: string): Promise<Uint8Array> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(sniffBytes), 0, sniffBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

const refOf = (media: Media): MediaRef => ({
  ref: media.ref ?? "",
  mimeType: media.claimedType,
  bytes: media.bytes,
  fileName: media.fileName,
  seconds: media.seconds,
});

async function load(ctx: Ctx, id: string): Promise<{ media: Media; message: Message } | null> {
  const [row] = await ctx.tx
    .select({ media: messageMedia, message: messages })
    .from(messageMedia)
    .innerJoin(messages, and(eq(messages.businessId, messageMedia.businessId), eq(messages.id, messageMedia.messageId)))
    .where(and(eq(messageMedia.businessId, ctx.businessId), eq(messageMedia.id, id)));
  return row ?? null;
}

/**
 * Writes down what became of the file, which may not fit any more; a refusal is a line in the thread. Null when its message
 * was taken back meanwhile.
 */
async function note(ctx: Ctx, media: Media, message: Message, brought: Outcome): Promise<Outcome | null> {
  const wanted = { bytes: brought.bytes ?? 0, sentBy: message.customerId };
  const noRoom = brought.state === "stored" ? await takeRoom(ctx, wanted) : null;
  const outcome = noRoom === null ? brought : refused("refused", noRoom);
  const ofBusiness = eq(messageMedia.businessId, ctx.businessId);
  const noted = await ctx.tx
    .update(messageMedia)
    .set(outcome)
    .where(and(ofBusiness, eq(messageMedia.id, media.id), eq(messageMedia.state, "waiting")))
    .returning({ id: messageMedia.id });
  if (noted.length === 0) return null;
  const line = say.refusedFile[outcome.reason as keyof typeof say.refusedFile];
  if (outcome.state !== "stored" && line !== undefined)
    await ctx.tx
      .update(messages)
      .set({ body: sql`${messages.body} || ${`\n${line}`}` })
      .where(and(eq(messages.businessId, ctx.businessId), eq(messages.id, message.id)));
  await announce(ctx.tx, { businessId: ctx.businessId, type: "conversation", id: message.conversationId });
  return outcome;
}

/** The chat waits for this note's words: it does not have to any more. */
async function wakeChat(deps: MediaDeps, { businessId, conversationId }: Message): Promise<void> {
  const now = deps.clock.instant();
  const woken = await inTenant(deps, businessId, (ctx) =>
    ctx.tx
      .update(conversations)
      .set({ answerDueAt: sql`least(${conversations.answerDueAt}, ${now.toString()}::timestamptz)` })
      .where(
        and(
          eq(conversations.businessId, businessId),
          eq(conversations.id, conversationId),
          sql`${conversations.answerDueAt} > ${now.add({ milliseconds: limits.waQuietMs }).toString()}::timestamptz`,
        ),
      )
      .returning({ id: conversations.id }),
  );
  if (woken.length > 0) deps.onWritten({ businessId, conversationId, dueAt: now });
}

function inTenant<T>({ db }: MediaDeps, businessId: BusinessId, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  return withTenant(db, businessId, (tx) => work({ businessId, actor: { kind: "system" }, tx }), {
    deadlineMs: limits.jobQueryMs,
  });
}
