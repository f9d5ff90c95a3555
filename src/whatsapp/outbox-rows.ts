import { join } from "node:path";
import { and, desc, eq, gt, inArray, isNull, lt, max, not, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { newId } from "../base/ids.ts";
import { mediaOfMessage, quoted, quotedByMessage } from "../crm/conversations/message-joins.ts";
import { announce } from "../db/announce.ts";
import { customerIdentities } from "../db/schema/customer.ts";
import { conversations, type MessagePurpose, messages } from "../db/schema/message.ts";
import { messageMedia } from "../db/schema/message-media.ts";
import { usage } from "../db/schema/usage.ts";
import { publish } from "../jobs/publish.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { addressOf } from "./address.ts";
import type { OutgoingContent, OutgoingMessage, ProviderKind } from "./provider.ts";

/** The message that is to go out next. */
export interface NextMessage {
  message: OutgoingMessage;
  conversationId: string;
  purpose: MessagePurpose;
  /** Tries so far. */
  attempts: number;
  /** Not before; null = now. */
  nextAt: Temporal.Instant | null;
  /** From then on it helps nobody; null = it always does. */
  notAfter: Temporal.Instant | null;
  /** A process died while it sent this: it may be out. */
  interrupted: boolean;
  lastInboundAt: Temporal.Instant | null;
}

/** One that went out, and when the customer had written last. */
export interface SentMessage {
  at: Temporal.Instant;
  purpose: MessagePurpose;
  lastInboundAt: Temporal.Instant | null;
}

export interface FilesOf {
  storageDir: string;
  /** Under which address a provider that fetches files itself finds one of ours; null = under none. */
  urlOf(mediaId: string): string | null;
}

const inOutbox = ["queued", "sending"] as const;
const earlier = alias(messages, "earlier");
// As much as any phone shows of it.
const quotedChars = 1_000;

/** Why a message waits that nobody waits for (K20). */
const paced = "paced";

/**
 * The oldest message whose chat has none before it; one that waits for its next try holds up its own chat only, and one that
 * waits for the pace of what a new number begins not even that: an answer passes it.
 */
export async function nextMessage(ctx: Ctx, now: Temporal.Instant, files: FilesOf): Promise<NextMessage | null> {
  const earlierInChat = ctx.tx
    .select({ one: sql`1` })
    .from(earlier)
    .where(
      and(
        eq(earlier.businessId, messages.businessId),
        eq(earlier.conversationId, messages.conversationId),
        inArray(earlier.state, [...inOutbox]),
        lt(earlier.id, messages.id),
        not(mayBePassed(now)),
      ),
    );
  const waits = sql`coalesce(${messages.nextAt} > ${now.toString()}::timestamptz, false)`;
  const [row] = await ctx.tx
    .select({ message: messages, identity: customerIdentities, media: messageMedia, chat: conversations, quoted })
    .from(messages)
    .innerJoin(conversations, sameId(messages.conversationId, conversations))
    .leftJoin(customerIdentities, sameId(messages.identityId, customerIdentities))
    .leftJoin(messageMedia, mediaOfMessage)
    .leftJoin(quoted, and(quotedByMessage, isNull(quoted.deletedAt)))
    .where(
      and(
        eq(messages.businessId, ctx.businessId),
        inArray(messages.state, [...inOutbox]),
        sql`not exists ${earlierInChat}`,
      ),
    )
    .orderBy(waits, messages.nextAt, messages.id)
    .limit(1);
  return row === undefined ? null : toNext(row, files);
}

/** Staff's own words stay in their order. */
const mayBePassed = (now: Temporal.Instant): SQL =>
  sql`(coalesce(${earlier.reason} = ${paced} and ${earlier.nextAt} > ${now.toString()}::timestamptz, false)
    and (${messages.purpose} = 'reply' or ${earlier.purpose} <> 'staff'))`;

const sameId = (
  id: typeof messages.conversationId | typeof messages.identityId,
  table: typeof conversations | typeof customerIdentities,
) => and(eq(table.businessId, messages.businessId), eq(table.id, id));

interface Row {
  message: typeof messages.$inferSelect;
  identity: typeof customerIdentities.$inferSelect | null;
  media: typeof messageMedia.$inferSelect | null;
  chat: typeof conversations.$inferSelect;
}

interface QueuedRow extends Row {
  quoted: Row["message"] | null;
}

function toNext({ message, identity, media, chat, quoted }: QueuedRow, files: FilesOf): NextMessage {
  return {
    message: {
      id: message.id,
      to: addressOf(identity) ?? { kind: "phone", value: "" },
      content: contentOf(message, media, files),
      quoted:
        quoted?.providerId == null
          ? null
          : {
              providerId: quoted.providerId,
              fromMe: quoted.author !== "customer",
              text: quoted.body.slice(0, quotedChars),
            },
    },
    conversationId: message.conversationId,
    purpose: message.purpose ?? "reply",
    attempts: message.attempts,
    nextAt: message.nextAt,
    notAfter: message.detail.notAfter === undefined ? null : Temporal.Instant.from(message.detail.notAfter),
    interrupted: message.state === "sending",
    lastInboundAt: chat.lastInboundAt,
  };
}

function contentOf(message: Row["message"], media: Row["media"], files: FilesOf): OutgoingContent {
  if (message.kind === "template") {
    const { templateId = "", variables = {} } = message.detail;
    return { kind: "template", templateId, variables };
  }
  if (media?.file) {
    const kind =
      message.kind === "image" || message.kind === "video" || message.kind === "audio" ? message.kind : "document";
    return {
      kind,
      file: join(files.storageDir, media.file),
      mimeType: media.mimeType ?? "application/octet-stream",
      fileName: media.fileName ?? "file",
      caption: message.detail.caption ?? "",
      url: files.urlOf(media.id),
    };
  }
  return { kind: "text", text: message.body };
}

/** What was sent under a network id, for a phone that asks again. Null when it is not ours or was removed. */
export async function sentContent(ctx: Ctx, providerId: string, files: FilesOf): Promise<OutgoingContent | null> {
  const [row] = await ctx.tx
    .select({ message: messages, media: messageMedia })
    .from(messages)
    .leftJoin(messageMedia, mediaOfMessage)
    .where(
      and(
        eq(messages.businessId, ctx.businessId),
        eq(messages.providerId, providerId),
        sql`${messages.purpose} is not null and ${messages.deletedAt} is null`,
      ),
    );
  return row === undefined ? null : contentOf(row.message, row.media, files);
}

/** A try begins: from here on it may be out. False when the message was taken back meanwhile. */
export async function beginTry(ctx: Ctx, id: string, providerId: string | null): Promise<boolean> {
  const begun = await ctx.tx
    .update(messages)
    .set({
      state: "sending",
      attempts: sql`${messages.attempts} + 1`,
      nextAt: null,
      ...(providerId === null ? {} : { providerId }),
    })
    .where(isIn(ctx, id, [...inOutbox]))
    .returning({ id: messages.id });
  return begun.length > 0;
}

/** The network has it; a receipt may have said more already. */
export async function noteAccepted(
  ctx: Ctx,
  id: string,
  accepted: { providerId: string; at: Temporal.Instant; provider: ProviderKind },
): Promise<void> {
  const { providerId, at, provider } = accepted;
  const settled = await ctx.tx
    .update(messages)
    .set({ state: "sent", providerId, sentAt: at, reason: null })
    .where(isIn(ctx, id, ["queued", "sending", "unknown", "cancelled"]))
    .returning({ chat: messages.conversationId });
  await showChats(ctx, settled);
  await publish(ctx, "message.sent", id);
  const model = `${provider}-whatsapp`;
  await ctx.tx
    .insert(usage)
    .values({ id: newId(), businessId: ctx.businessId, key: `message:${id}`, kind: "message", model })
    .onConflictDoNothing();
}

/** Back to the queue, for another try at `nextAt`; a try that never began is given back. */
export async function noteLater(
  ctx: Ctx,
  id: string,
  later: { reason: string; nextAt: Temporal.Instant; counts: boolean },
): Promise<void> {
  const { reason, nextAt, counts } = later;
  await ctx.tx
    .update(messages)
    .set({
      state: "queued",
      reason,
      nextAt,
      ...(counts ? {} : { attempts: sql`greatest(0, ${messages.attempts} - 1)` }),
    })
    .where(isIn(ctx, id, ["sending"]));
}

/** Not before `nextAt`: the number is new, and has begun enough for now. */
export async function notePaced(ctx: Ctx, id: string, nextAt: Temporal.Instant): Promise<void> {
  await ctx.tx
    .update(messages)
    .set({ reason: paced, nextAt })
    .where(isIn(ctx, id, ["queued"]));
}

/** Given up: `failed` or `cancelled` for sure, or `unknown` until a receipt says more. False when a receipt was first. */
export async function noteEnd(
  ctx: Ctx,
  id: string,
  end: { state: "failed" | "unknown" | "cancelled"; reason: string; at: Temporal.Instant },
): Promise<boolean> {
  const { state, reason, at } = end;
  const ended = await ctx.tx
    .update(messages)
    .set({ state, reason, nextAt: null, ...(state === "failed" ? { failedAt: at } : {}) })
    .where(isIn(ctx, id, [...inOutbox]))
    .returning({ chat: messages.conversationId });
  await showChats(ctx, ended);
  return ended.length > 0;
}

/** Open threads show what became of it. */
async function showChats({ tx, businessId }: Ctx, settled: readonly { chat: string }[]): Promise<void> {
  for (const { chat: id } of settled) await announce(tx, { businessId, type: "conversation", id });
}

const isIn = (ctx: Ctx, id: string, states: NonNullable<Row["message"]["state"]>[]) =>
  and(eq(messages.businessId, ctx.businessId), eq(messages.id, id), inArray(messages.state, states));

/** Messages that went out since then, oldest first, for the pace after a restart. */
export async function sentSince(ctx: Ctx, since: Temporal.Instant): Promise<SentMessage[]> {
  const written = alias(messages, "written");
  const lastInboundAt = ctx.tx
    .select({ at: max(written.createdAt) })
    .from(written)
    .where(
      and(
        eq(written.businessId, messages.businessId),
        eq(written.conversationId, messages.conversationId),
        eq(written.author, "customer"),
        lt(written.createdAt, messages.sentAt),
      ),
    );
  const rows = await ctx.tx
    .select({
      at: messages.sentAt,
      purpose: messages.purpose,
      lastInboundAt: sql`(${lastInboundAt})`.mapWith(messages.createdAt),
    })
    .from(messages)
    .where(
      and(
        eq(messages.businessId, ctx.businessId),
        gt(messages.createdAt, since.subtract({ hours: 24 })),
        gt(messages.sentAt, since),
        sql`${messages.purpose} is not null`,
      ),
    )
    .orderBy(desc(messages.sentAt))
    .limit(1_000);
  return rows
    .flatMap(({ at, purpose, ...row }) => (at === null || purpose === null ? [] : [{ at, purpose, ...row }]))
    .reverse();
}
