import { join } from "node:path";
import { and, eq, isNull } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import { storable } from "../base/storable.ts";
import { announce } from "../db/announce.ts";
import { messages } from "../db/schema/message.ts";
import { usage } from "../db/schema/usage.ts";
import { withTenant } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import type { MediaDeps } from "./media.ts";

export interface VoiceNote {
  businessId: BusinessId;
  messageId: string;
  /** Relative to the storage folder. */
  file: string;
  jobId: string;
  isLastTry: boolean;
}

/** Writes a voice note out: its words become the message's text, as if the customer had typed them. */
export async function writeOut(deps: MediaDeps, note: VoiceNote, signal: AbortSignal): Promise<void> {
  if (deps.transcriber === null) return;
  const { businessId, messageId, file, jobId } = note;
  const audio = await Bun.file(join(deps.storageDir, file)).bytes();
  const fileName = file.slice(file.lastIndexOf("/") + 1);
  const heard = await deps.transcriber
    .transcribe({ audio, fileName, ...deps.languageOf(businessId) }, signal)
    .catch((error: unknown) => {
      // Refused for good: the note is answered without its words.
      if (error instanceof AppError && error.code === "upstream") return null;
      throw error;
    });
  if (heard === null) return;
  const text = storable(heard.text).trim().slice(0, limits.waTextChars);
  await withTenant(
    deps.db,
    businessId,
    async (tx) => {
      await tx
        .insert(usage)
        .values({ id: newId(), businessId, key: `job:${jobId}`, kind: "transcription", ...heard.usage })
        .onConflictDoNothing();
      if (text === "") return;
      const [written] = await tx
        .update(messages)
        .set({ body: text })
        .where(and(eq(messages.businessId, businessId), eq(messages.id, messageId), isNull(messages.deletedAt)))
        .returning({ conversationId: messages.conversationId });
      if (written) await announce(tx, { businessId, type: "conversation", id: written.conversationId });
    },
    { deadlineMs: limits.jobQueryMs },
  );
}
