import { and, asc, count, eq, gt, inArray, isNotNull, isNull, lt, lte, ne, not, or, sql } from "drizzle-orm";
import type { BusinessId, CustomerId } from "../base/ids.ts";
import { mediaOfMessage, quoted, quotedByMessage } from "../crm/conversations/message-joins.ts";
import type { Database } from "../db/client.ts";
import { customerIdentities, customers } from "../db/schema/customer.ts";
import { conversations, type MessageAuthor, messages } from "../db/schema/message.ts";
import { messageMedia } from "../db/schema/message-media.ts";
import { withSystem } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { addressOf } from "./address.ts";
import { somethingWaits } from "./answer-due.ts";
import { isAutoReply } from "./auto-reply.ts";
import { isChat } from "./chat.ts";
import type { Address } from "./provider.ts";
import { say } from "./say.he.ts";
import { type WhatsAppSettings, whatsappSettingsOf } from "./settings.ts";

/** A message that waits for its answer. */
export interface WaitingMessage {
  id: string;
  text: string;
  providerId: string | null;
  identityId: string | null;
  /** Network time. */
  sentAt: Temporal.Instant;
  createdAt: Temporal.Instant;
  /** A voice note whose words are not here yet. */
  isUnwritten: boolean;
  /** The earlier message that the customer pointed at with it. */
  quoted: { author: MessageAuthor; text: string } | null;
}

// Enough to know it again.
const quotedChars = 500;

/** A chat in which something waits, as one process works at it. */
export interface WaitingChat {
  conversationId: string;
  customerId: CustomerId;
  customerName: string | null;
  address: Address | null;
  /** Oldest first, never empty. */
  burst: WaitingMessage[];
  settings: WhatsAppSettings;
  silentUntil: Temporal.Instant | null;
  optedOut: boolean;
  /** Nobody of the business has written here yet. */
  isFirst: boolean;
  repliesLastMinute: number;
  repliesLastDay: number;
  tries: number;
}

/** Takes a chat whose answer is due, for a bounded time. Null when it is not due, or another process has it. */
export async function claimChat(ctx: Ctx, conversationId: string, now: Temporal.Instant): Promise<WaitingChat | null> {
  const { answerDueAt, answerLeaseUntil } = conversations;
  const [chat] = await ctx.tx
    .update(conversations)
    .set({ answerLeaseUntil: now.add({ milliseconds: limits.waAnswerLeaseMs }) })
    .where(
      and(
        isChat(ctx, conversationId),
        lte(answerDueAt, now.add({ milliseconds: 5 })), // timers and the wall clock differ by a hair
        or(isNull(answerLeaseUntil), lt(answerLeaseUntil, now)),
      ),
    )
    .returning();
  if (chat === undefined) return null;
  const burst = await waitingMessages(ctx, conversationId);
  if (burst.length === 0) {
    await release(ctx, conversationId, { dueAt: null, tries: 0 });
    return null;
  }
  return { ...(await factsOf(ctx, chat, now)), burst };
}

/** Keeps chats whose answer is in the making. */
export async function keepLeases(db: Database, ids: readonly string[], now: Temporal.Instant): Promise<void> {
  const answerLeaseUntil = now.add({ milliseconds: limits.waAnswerLeaseMs });
  const mine = and(inArray(conversations.id, [...ids]), isNotNull(conversations.answerLeaseUntil));
  await withSystem(db, (tx) => tx.update(conversations).set({ answerLeaseUntil }).where(mine), {
    deadlineMs: limits.jobQueryMs,
  });
}

async function factsOf(ctx: Ctx, chat: typeof conversations.$inferSelect, now: Temporal.Instant) {
  const [customer] = await ctx.tx
    .select({ name: customers.name })
    .from(customers)
    .where(and(eq(customers.businessId, ctx.businessId), eq(customers.id, chat.customerId)));
  const [identity] = await ctx.tx
    .select({ kind: customerIdentities.kind, value: customerIdentities.value })
    .from(customerIdentities)
    .where(
      and(eq(customerIdentities.businessId, ctx.businessId), eq(customerIdentities.id, chat.identityId ?? chat.id)),
    );
  const [out] = await ctx.tx
    .select({ count: count() })
    .from(conversations)
    .where(
      and(
        eq(conversations.businessId, ctx.businessId),
        eq(conversations.customerId, chat.customerId),
        isNotNull(conversations.optedOutAt),
      ),
    );
  return {
    conversationId: chat.id,
    customerId: chat.customerId,
    customerName: customer?.name ?? null,
    address: addressOf(identity),
    settings: await whatsappSettingsOf(ctx),
    silentUntil: chat.silentUntil,
    optedOut: (out?.count ?? 0) > 0,
    isFirst: (await writtenSince(ctx, chat.id, null)) === 0,
    repliesLastMinute: await writtenSince(ctx, chat.id, now.subtract({ minutes: 1 })),
    repliesLastDay: await writtenSince(ctx, chat.id, now.subtract({ hours: 24 })),
    tries: chat.answerTries,
  };
}

/** How often the assistant answered in a chat since then, or anybody of the business wrote ever. */
async function writtenSince(ctx: Ctx, conversationId: string, since: Temporal.Instant | null): Promise<number> {
  const [row] = await ctx.tx
    .select({ count: count() })
    .from(messages)
    .where(
      and(
        eq(messages.businessId, ctx.businessId),
        eq(messages.conversationId, conversationId),
        since === null ? and(ne(messages.author, "customer"), not(isAutoReply)) : eq(messages.purpose, "reply"),
        since === null ? undefined : gt(messages.createdAt, since),
      ),
    );
  return row?.count ?? 0;
}

async function waitingMessages(ctx: Ctx, conversationId: string): Promise<WaitingMessage[]> {
  const { id, body, providerId, identityId, sentAt, createdAt, kind } = messages;
  const rows = await ctx.tx
    .select({ id, body, providerId, identityId, sentAt, createdAt, kind, media: messageMedia.state, quoted })
    .from(messages)
    .leftJoin(messageMedia, mediaOfMessage)
    .leftJoin(quoted, and(quotedByMessage, isNull(quoted.deletedAt)))
    .where(and(eq(messages.businessId, ctx.businessId), eq(messages.conversationId, conversationId), messages.awaits))
    .orderBy(asc(createdAt), asc(id));
  return rows.map((row) => ({
    id: row.id,
    text: row.body,
    providerId: row.providerId,
    identityId: row.identityId,
    sentAt: row.sentAt ?? row.createdAt,
    createdAt: row.createdAt,
    isUnwritten:
      row.kind === "voice" && row.body === say.kinds.voice && (row.media === "waiting" || row.media === "stored"),
    quoted: row.quoted && { author: row.quoted.author, text: row.quoted.body.slice(0, quotedChars) },
  }));
}

/** Lets go of a chat. `dueAt` undefined = whatever it is now; null = nothing waits any more. */
export async function release(
  ctx: Ctx,
  conversationId: string,
  { dueAt, tries }: { dueAt?: Temporal.Instant | null; tries?: number },
): Promise<void> {
  await ctx.tx
    .update(conversations)
    .set({
      answerLeaseUntil: null,
      ...(dueAt === undefined ? {} : { answerDueAt: dueAt }),
      ...(tries === undefined ? {} : { answerTries: tries }),
    })
    .where(isChat(ctx, conversationId));
}

/**
 * The burst is dealt with, but for what was settled otherwise meanwhile (answered on the handset); what came meanwhile stays
 * due. Returns when that is, null = nothing waits.
 */
export async function settleBurst(ctx: Ctx, chat: WaitingChat, handled: string): Promise<Temporal.Instant | null> {
  await ctx.tx
    .update(messages)
    .set({ awaits: false, handled })
    .where(
      and(
        eq(messages.businessId, ctx.businessId),
        inArray(
          messages.id,
          chat.burst.map(({ id }) => id),
        ),
        messages.awaits,
      ),
    );
  const [row] = await ctx.tx
    .update(conversations)
    .set({
      answerLeaseUntil: null,
      answerTries: 0,
      answerDueAt: sql`case when ${somethingWaits(ctx, chat.conversationId)} then ${conversations.answerDueAt} end`,
    })
    .where(isChat(ctx, chat.conversationId))
    .returning({ dueAt: conversations.answerDueAt });
  return row?.dueAt ?? null;
}

/** Whether a person has the chat at this moment; holds it until the transaction ends, so that nobody takes it over meanwhile. */
export async function lockIsSilent(ctx: Ctx, conversationId: string, now: Temporal.Instant): Promise<boolean> {
  const [row] = await ctx.tx
    .select({ silentUntil: conversations.silentUntil })
    .from(conversations)
    .where(isChat(ctx, conversationId))
    .for("no key update");
  return row?.silentUntil != null && Temporal.Instant.compare(row.silentUntil, now) > 0;
}

/** Whether what was read for an answer still waits, in the words that were read: none edited, none taken back. */
export async function isAsRead(ctx: Ctx, chat: WaitingChat): Promise<boolean> {
  const waiting = await waitingMessages(ctx, chat.conversationId);
  const texts = new Map(waiting.map(({ id, text }) => [id, text]));
  return chat.burst.every(({ id, text }) => texts.get(id) === text);
}

/** Chats of all businesses that are due and that nobody works at. */
export function dueChats(
  db: Database,
  now: Temporal.Instant,
): Promise<{ businessId: BusinessId; conversationId: string; dueAt: Temporal.Instant }[]> {
  const { businessId, id, answerDueAt, answerLeaseUntil } = conversations;
  return withSystem(
    db,
    async (tx) => {
      const rows = await tx
        .select({ businessId, conversationId: id, dueAt: answerDueAt })
        .from(conversations)
        .where(and(lte(answerDueAt, now), or(isNull(answerLeaseUntil), lt(answerLeaseUntil, now))))
        .orderBy(asc(answerDueAt))
        .limit(100);
      return rows.map((row) => ({ ...row, dueAt: row.dueAt! }));
    },
    { deadlineMs: limits.jobQueryMs },
  );
}
