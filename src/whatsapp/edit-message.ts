import { and, eq, isNull, type SQL } from "drizzle-orm";
import { type MessageKind, messages } from "../db/schema/message.ts";
import { messageMedia } from "../db/schema/message-media.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { mediaBody } from "./content.ts";
import { say } from "./say.he.ts";

/** What has words that its sender can change. */
type Editable = Extract<MessageKind, "text" | "image" | "video" | "document">;
const editable = new Set<MessageKind>(["text", "image", "video", "document"] satisfies Editable[]);

/**
 * Gives a message the new words of its text or caption; what it said before is kept. False when there is none to change, or
 * it was changed too often: an edit can be repeated for ever.
 */
export async function editMessage(ctx: Ctx, which: SQL | undefined, text: string, now: Temporal.Instant) {
  const { id, kind, body, detail } = messages;
  const [message] = await ctx.tx
    .select({ id, kind, body, detail })
    .from(messages)
    .where(and(eq(messages.businessId, ctx.businessId), isNull(messages.deletedAt), which))
    .for("update");
  const before = message?.detail.before ?? [];
  if (message === undefined || !editable.has(message.kind) || before.length >= limits.waEditsMax) return false;
  await ctx.tx
    .update(messages)
    .set({
      body: await bodyWith(ctx, message.id, message.kind as Editable, text),
      editedAt: now,
      detail: {
        ...message.detail,
        before: [...before, message.body],
        ...(message.detail.caption === undefined ? {} : { caption: text }),
      },
    })
    .where(and(eq(messages.businessId, ctx.businessId), eq(id, message.id)));
  return true;
}

/** Of a file, what it is and what became of it stands beside the caption. */
async function bodyWith(ctx: Ctx, messageId: string, kind: Editable, text: string): Promise<string> {
  if (kind === "text") return text || " ";
  const { fileName, state, reason } = messageMedia;
  const [media] = await ctx.tx
    .select({ fileName, state, reason })
    .from(messageMedia)
    .where(and(eq(messageMedia.businessId, ctx.businessId), eq(messageMedia.messageId, messageId)));
  const refused = say.refusedFile[media?.reason as keyof typeof say.refusedFile];
  const lines = [mediaBody(kind, media?.fileName ?? null, text), media?.state === "stored" ? undefined : refused];
  return lines.filter((line) => line !== undefined).join("\n");
}
