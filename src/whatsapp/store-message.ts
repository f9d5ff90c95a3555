import { and, eq, type SQL, sql } from "drizzle-orm";
import { newId } from "../base/ids.ts";
import { conversations, messages } from "../db/schema/message.ts";
import { messageMedia } from "../db/schema/message-media.ts";
import { publish } from "../jobs/publish.ts";
import { enqueue } from "../jobs/queue.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { type HandsetWriter, handsetWriter } from "./auto-reply.ts";
import { type Chat, isChat } from "./chat.ts";
import { fileName, type MessageChange, type StoredContent } from "./content.ts";
import { editMessage } from "./edit-message.ts";
import { mediaQueue } from "./media-queue.ts";
import type { IncomingMessage } from "./provider.ts";
import { removeMessages } from "./remove-message.ts";

/** A message as it was stored. */
export interface StoredMessage {
  id: string;
  /** It is to be answered. */
  awaits: boolean;
  /** False = it stood here before, without its content. */
  isNew: boolean;
  by: "customer" | HandsetWriter;
  /** The network's time, but never later than now. */
  sentAt: Temporal.Instant;
}

/**
 * Stores a message by its provider's id, with the job that fetches its file. A repeat is null; a message that could not be
 * read at first gets its content when it comes again.
 */
export async function storeMessage(
  ctx: Ctx,
  chat: Chat,
  message: IncomingMessage,
  content: StoredContent,
  now: Temporal.Instant,
): Promise<StoredMessage | null> {
  const readable = content.kind !== "unreadable" && content.kind !== "unknown";
  const awaits = readable && !message.fromMe;
  const { kind, body, detail } = content;
  const sentAt = sentAtOf(message, now);
  const by = message.fromMe ? await handsetWriter(ctx, chat, content, sentAt) : "customer";
  const authorName = by === "customer" ? null : by;
  const handled = awaits || message.fromMe ? null : content.kind;
  const shown = { kind, body, detail, authorName, awaits, handled };
  const [added] = await ctx.tx
    .insert(messages)
    .values({
      id: newId(),
      businessId: ctx.businessId,
      conversationId: chat.conversationId,
      customerId: chat.customerId,
      identityId: chat.identityId,
      author: message.fromMe ? "staff" : "customer",
      state: message.fromMe ? "sent" : null,
      providerId: message.providerId,
      quotedId: message.quotedId,
      ...shown,
      sentAt,
      // What came in just now stands where it came in; what had to wait stands where it was written.
      createdAt: message.offline ? sentAt : now,
    })
    .onConflictDoUpdate({
      target: [messages.businessId, messages.providerId],
      set: shown,
      setWhere: sql`${messages.kind} = 'unreadable' and ${readable}`,
    })
    .returning({ id: messages.id, isNew: sql<boolean>`(xmax = 0)` }); // of a row that was there, xmax is who updates it
  if (added === undefined) return null;
  if (content.media !== null) await expectFile(ctx, added.id, content);
  if (content.kind !== "unreadable") await publish(ctx, message.fromMe ? "message.sent" : "message.received", added.id);
  return { ...added, awaits, by, sentAt };
}

async function expectFile(ctx: Ctx, messageId: string, { media }: StoredContent): Promise<void> {
  if (media === null) return;
  const id = newId();
  const made = await ctx.tx
    .insert(messageMedia)
    .values({
      id,
      businessId: ctx.businessId,
      messageId,
      state: "waiting",
      claimedType: media.mimeType,
      bytes: wholeOr(media.bytes),
      fileName: media.fileName === null ? null : fileName(media.fileName),
      seconds: wholeOr(media.seconds),
      ref: media.ref,
    })
    .onConflictDoNothing()
    .returning({ id: messageMedia.id });
  if (made.length > 0)
    await enqueue(ctx.tx, { businessId: ctx.businessId, queue: mediaQueue, dedupe: id, payload: { mediaId: id } });
}

/** A claimed figure as a column takes it; nonsense is none. */
const wholeOr = (figure: number | null): number | null =>
  figure !== null && figure >= 0 && figure < 2 ** 31 ? Math.round(figure) : null;

/** The network's time, but never later than now: phones' clocks run ahead. */
function sentAtOf({ sentAt }: IncomingMessage, now: Temporal.Instant): Temporal.Instant {
  try {
    const said = Temporal.Instant.from(sentAt);
    return Temporal.Instant.compare(said, now) > 0 ? now : said;
  } catch {
    return now;
  }
}

const reactionBy = (fromMe: boolean): SQL => (fromMe ? sql`'{reactions,business}'` : sql`'{reactions,customer}'`);

/** Applies a reaction, edit or removal to the message that it names. False when there is no such message in this chat. */
export async function changeMessage(
  ctx: Ctx,
  chat: Chat,
  change: MessageChange,
  { fromMe, now }: { fromMe: boolean; now: Temporal.Instant },
): Promise<boolean> {
  const author = fromMe ? sql`${messages.author} <> 'customer'` : eq(messages.author, "customer");
  const target = and(
    eq(messages.businessId, ctx.businessId),
    eq(messages.customerId, chat.customerId),
    eq(messages.providerId, change.targetId),
  );
  if (change.kind === "delete") return (await removeMessages(ctx, and(target, author), now)) > 0;
  if (change.kind === "edit") return editMessage(ctx, and(target, author), change.text, now);
  const { detail } = messages;
  const emoji = JSON.stringify(change.emoji);
  const withPart = sql`jsonb_set(${detail}, '{reactions}', coalesce(${detail}->'reactions', '{}'))`;
  const changed = await ctx.tx
    .update(messages)
    .set({ detail: sql`jsonb_set(${withPart}, ${reactionBy(fromMe)}, ${emoji}::jsonb)` })
    .where(target)
    .returning({ id: messages.id });
  return changed.length > 0;
}

/** Notes on the conversation that a message came: when, from whom, unread, and when the answer is due. */
export async function noteArrival(
  ctx: Ctx,
  chat: Chat,
  arrival: Pick<StoredMessage, "by" | "isNew"> & { at: Temporal.Instant; answerDueAt: Temporal.Instant | null },
): Promise<void> {
  const { by, isNew, at, answerDueAt } = arrival;
  const { lastMessageAt, lastInboundAt, unread } = conversations;
  const later = (column: typeof lastMessageAt | typeof lastInboundAt): SQL =>
    sql`greatest(${column}, ${at.toString()}::timestamptz)`;
  const more = isNew ? sql`${unread} + 1` : sql`greatest(${unread}, 1)`;
  await ctx.tx
    .update(conversations)
    .set({
      lastMessageAt: later(lastMessageAt),
      ...(by === "handset" ? { unread: 0 } : {}),
      ...(by === "customer" ? { unread: more, lastInboundAt: later(lastInboundAt) } : {}),
      ...(answerDueAt === null ? {} : { answerDueAt, answerTries: 0 }),
    })
    .where(isChat(ctx, chat.conversationId));
}
