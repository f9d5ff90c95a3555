import { and, count, eq, inArray, isNotNull, sql } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { announce } from "../db/announce.ts";
import {
  conversations,
  type MessageDetail,
  type MessageKind,
  type MessagePurpose,
  messages,
} from "../db/schema/message.ts";
import { messageMedia } from "../db/schema/message-media.ts";
import { limits } from "../limits.ts";
import { authorOf } from "../tenants/author.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { ring } from "./bell.ts";
import { isChat } from "./chat.ts";
import { bodyText } from "./content.ts";
import { overQuota, takeRoom } from "./file-quota.ts";
import { isBegun } from "./pacing.ts";
import { personAnswered } from "./person-tasks.ts";
import { restrictedUntil } from "./restriction.ts";
import { say } from "./say.he.ts";

/** A file of ours, as it lies under the storage folder. */
export interface OwnFile {
  file: string;
  bytes: number;
  mimeType: string;
  fileName: string;
}

export type NewContent =
  | { kind: "text"; text: string }
  | { kind: Extract<MessageKind, "image" | "video" | "audio" | "document">; caption: string; file: OwnFile }
  | { kind: "template"; templateId: string; variables: Record<string, string> };

export interface NewOutgoing {
  conversationId: string;
  purpose: MessagePurpose;
  content: NewContent;
  at: Temporal.Instant;
  /** The same key is queued once. */
  dedupe?: string;
  quotedId?: string;
  /** On which it goes out; default: the one the customer used last. */
  identityId?: string;
  /** The meeting that it tells of. */
  meetingId?: string;
  /** From then on it does not go out any more; null = it always may. */
  notAfter?: Temporal.Instant | null;
  /** Also to somebody who opted out: only for telling them that it is done. */
  despiteOptOut?: true;
}

/** What became of a message that was to be queued. `barred`: it must not go out, and why. `repeat`: `dedupe` was queued before. */
export type Offered = { kind: "queued"; id: string } | { kind: "barred"; code: string } | { kind: "repeat" };

/**
 * Queues a message in the caller's transaction; it goes out in the order of queueing. Null when `dedupe` was queued before,
 * or when what we would begin must not go out (the customer opted out or never wrote; K20).
 * @throws AppError "not_found", "rate_limited" when too many wait, "too_large" when the business's files are full, "forbidden" for staff to one who opted out or never wrote.
 */
export async function queueMessage(ctx: Ctx, input: NewOutgoing): Promise<string | null> {
  const offered = await offerMessage(ctx, input);
  if (offered.kind === "barred" && input.purpose === "staff")
    throw new AppError("forbidden", offered.code, { public: offered.code });
  return offered.kind === "queued" ? offered.id : null;
}

/** As `queueMessage`, telling which it was. @throws AppError "not_found", "rate_limited", "too_large". */
export async function offerMessage(ctx: Ctx, input: NewOutgoing): Promise<Offered> {
  const chat = await lockChat(ctx, input.conversationId);
  const barred = barOf(input, chat) ?? (await restrictionOf(ctx, input));
  if (barred !== null) return { kind: "barred", code: barred };
  await assertRoom(ctx);
  const id = newId();
  const { content } = input;
  const author = authorOf(ctx.actor);
  const added = await ctx.tx
    .insert(messages)
    .values({
      id,
      businessId: ctx.businessId,
      conversationId: input.conversationId,
      customerId: chat.customerId,
      identityId: input.identityId ?? chat.identityId,
      author: input.purpose === "staff" ? "staff" : "assistant",
      authorName: input.purpose === "staff" ? author.name : null,
      kind: content.kind,
      body: bodyOf(content),
      detail: { ...detailOf(content), ...fateOf(input) },
      purpose: input.purpose,
      state: "queued",
      dedupe: input.dedupe ?? null,
      quotedId: input.quotedId ?? null,
      createdAt: input.at,
    })
    .onConflictDoNothing()
    .returning({ id: messages.id });
  if (added.length === 0) return { kind: "repeat" };
  if ("file" in content) await keepFile(ctx, id, content.file, input.at);
  if (input.purpose === "staff") await personAnswered(ctx, { ...input, ...chat }, { saidAt: input.at, now: input.at });
  await ctx.tx.update(conversations).set({ lastMessageAt: input.at }).where(isChat(ctx, input.conversationId));
  await announce(ctx.tx, { businessId: ctx.businessId, type: "conversation", id: input.conversationId });
  await ring(ctx.tx, ctx.businessId, "outbox");
  return { kind: "queued", id };
}

/** Why such a message would be barred now; null = it would be queued. Queues nothing. @throws AppError "not_found". */
export async function barredFor(ctx: Ctx, input: NewOutgoing): Promise<string | null> {
  return barOf(input, await lockChat(ctx, input.conversationId)) ?? (await restrictionOf(ctx, input));
}

async function lockChat(ctx: Ctx, id: string) {
  const { customerId, identityId, lastInboundAt } = conversations;
  const mine = and(eq(conversations.businessId, ctx.businessId), eq(conversations.channel, "whatsapp"));
  const [chat] = await ctx.tx
    .select({ customerId, identityId, lastInboundAt })
    .from(conversations)
    .where(and(mine, eq(conversations.id, id)))
    .for("no key update"); // a message that is stored meanwhile names the chat too, and waits for nothing
  if (chat === undefined) throw new AppError("not_found", "no such conversation");
  // For good, on whatever number or id they write: the wish is the person's.
  const [out] = await ctx.tx
    .select({ one: sql`1` })
    .from(conversations)
    .where(and(mine, eq(conversations.customerId, chat.customerId), isNotNull(conversations.optedOutAt)));
  return { ...chat, optedOut: out !== undefined };
}

/** Why nothing may go to this customer, as a stable code; null = it may. */
function barOf(input: NewOutgoing, chat: { optedOut: boolean; lastInboundAt: unknown }): string | null {
  if (chat.optedOut && input.despiteOptOut !== true) return "opted_out";
  if (chat.lastInboundAt === null && input.content.kind !== "template") return "never_wrote";
  return null;
}

/** While WhatsApp restricts the number, nothing goes out that nobody waits for: it would make it worse. */
async function restrictionOf(ctx: Ctx, { purpose, at }: NewOutgoing): Promise<string | null> {
  return isBegun(purpose) && (await restrictedUntil(ctx, at)) !== null ? "restricted" : null;
}

async function assertRoom(ctx: Ctx): Promise<void> {
  const [waiting] = await ctx.tx
    .select({ count: count() })
    .from(messages)
    .where(and(eq(messages.businessId, ctx.businessId), inArray(messages.state, ["queued", "sending"])));
  if ((waiting?.count ?? 0) >= limits.waOutboxMax)
    throw new AppError("rate_limited", "too many messages wait to be sent", {
      public: "outbox_full",
      retryAfterSeconds: 60, // a linked number sends a few messages a minute
    });
}

function bodyOf(content: NewContent): string {
  if (content.kind === "text") return bodyText(content.text);
  if (content.kind === "template") return `${say.kinds.template} ${content.templateId}`;
  return [say.kinds[content.kind], bodyText(content.caption)].filter((part) => part !== "").join(" ");
}

function detailOf(content: NewContent): MessageDetail {
  if (content.kind === "template") return { templateId: content.templateId, variables: content.variables };
  return "caption" in content ? { caption: bodyText(content.caption) } : {};
}

const fateOf = ({ meetingId, notAfter }: NewOutgoing): MessageDetail => ({
  ...(meetingId === undefined ? {} : { meetingId }),
  ...(notAfter == null ? {} : { notAfter: notAfter.toString() }),
});

async function keepFile(ctx: Ctx, messageId: string, own: OwnFile, storedAt: Temporal.Instant): Promise<void> {
  if (await takeRoom(ctx, { bytes: own.bytes, sentBy: null })) throw overQuota();
  await ctx.tx
    .insert(messageMedia)
    .values({ id: newId(), businessId: ctx.businessId, messageId, state: "stored", storedAt, ...own });
}
