import { rm } from "node:fs/promises";
import { and, eq, inArray, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import { ownFile } from "../base/own-file.ts";
import { messages } from "../db/schema/message.ts";
import { messageMedia } from "../db/schema/message-media.ts";
import { enqueue } from "../jobs/queue.ts";
import type { JobHandler } from "../jobs/runner.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { say } from "./say.he.ts";

/** Queue of files whose messages were taken back. */
const removedQueue = "whatsapp_removed_media";

/**
 * Takes messages back that their sender deleted for everyone: words, details and file go, their place in the thread stays.
 * Nothing waits for an answer to them. Returns how many there were.
 */
export async function removeMessages(ctx: Ctx, which: SQL | undefined, now: Temporal.Instant): Promise<number> {
  const removed = await ctx.tx
    .update(messages)
    .set({
      deletedAt: now,
      body: say.removed,
      detail: {},
      awaits: false,
      handled: sql`case when ${messages.awaits} then 'deleted' else ${messages.handled} end`,
    })
    .where(and(eq(messages.businessId, ctx.businessId), which))
    .returning({ id: messages.id });
  const ids = removed.map(({ id }) => id);
  if (ids.length > 0) await removeFiles(ctx, ids);
  return ids.length;
}

/** A file that is still being fetched is thrown away when it comes: its row does not wait for it any more. */
async function removeFiles(ctx: Ctx, messageIds: readonly string[]): Promise<void> {
  const ofThem = and(eq(messageMedia.businessId, ctx.businessId), inArray(messageMedia.messageId, [...messageIds]));
  const rows = await ctx.tx.select({ file: messageMedia.file }).from(messageMedia).where(ofThem).for("update");
  await ctx.tx
    .update(messageMedia)
    .set({ state: "gone", reason: "deleted", file: null, fileName: null, ref: null })
    .where(ofThem);
  const files = rows.flatMap(({ file }) => file ?? []);
  if (files.length > 0) await enqueue(ctx.tx, { businessId: ctx.businessId, queue: removedQueue, payload: { files } });
}

const payloadSchema = z.object({ files: z.array(z.string()) });

export const removedMediaHandlers = (storageDir: string): Record<string, JobHandler> => ({
  [removedQueue]: async ({ businessId, payload }) => {
    const paths = payloadSchema.parse(payload).files.map((file) => ownFile(storageDir, businessId, file));
    for (const path of paths) await rm(path, { force: true });
  },
});
