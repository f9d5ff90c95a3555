import { and, eq, isNull, lt, or, sql } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { cancelQueued } from "../crm/conversations/cancel-queued.ts";
import { announce } from "../db/announce.ts";
import { conversations, messages } from "../db/schema/message.ts";
import { audit } from "../tenants/audit.ts";
import { authorOf } from "../tenants/author.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** Makes the assistant silent in a chat until `until`, longer if it is so already. Replies that wait to go out are dropped. */
export async function silence(
  ctx: Ctx,
  conversationId: string,
  by: { kind: "staff" | "handset"; name: string; until: Temporal.Instant },
): Promise<void> {
  const { silentUntil } = conversations;
  await ctx.tx
    .update(conversations)
    .set({ silentUntil: by.until, silentBy: by.kind, silentByName: by.name })
    .where(and(isChat(ctx, conversationId), or(isNull(silentUntil), lt(silentUntil, by.until))));
  const replies = and(eq(messages.conversationId, conversationId), eq(messages.purpose, "reply"));
  await cancelQueued(ctx, replies, "taken_over");
}

/** A person takes the conversation over. @throws AppError "not_found". */
export async function takeOver(ctx: Ctx, conversationId: string, until: Temporal.Instant): Promise<void> {
  await assertChat(ctx, conversationId);
  const { name } = authorOf(ctx.actor);
  await silence(ctx, conversationId, { kind: "staff", name, until });
  await audit(ctx, { action: "whatsapp.take_over", subject: `conversation:${conversationId}` });
  await announce(ctx.tx, { businessId: ctx.businessId, type: "conversation", id: conversationId });
}

/** Hands the conversation back: the assistant answers the next message. @throws AppError "not_found". */
export async function handBack(ctx: Ctx, conversationId: string): Promise<void> {
  await assertChat(ctx, conversationId);
  await ctx.tx
    .update(conversations)
    .set({ silentUntil: null, silentBy: null, silentByName: null })
    .where(isChat(ctx, conversationId));
  await audit(ctx, { action: "whatsapp.hand_back", subject: `conversation:${conversationId}` });
  await announce(ctx.tx, { businessId: ctx.businessId, type: "conversation", id: conversationId });
}

/** Staff has seen what the customer wrote. @throws AppError "not_found". */
export async function markSeen(ctx: Ctx, conversationId: string): Promise<void> {
  await assertChat(ctx, conversationId);
  await ctx.tx.update(conversations).set({ unread: 0 }).where(isChat(ctx, conversationId));
  await announce(ctx.tx, { businessId: ctx.businessId, type: "conversation", id: conversationId });
}

const isChat = (ctx: Ctx, id: string) =>
  and(eq(conversations.businessId, ctx.businessId), eq(conversations.id, id), eq(conversations.channel, "whatsapp"));

async function assertChat(ctx: Ctx, id: string): Promise<void> {
  const rows = await ctx.tx.select({ one: sql`1` }).from(conversations).where(isChat(ctx, id));
  if (rows.length === 0) throw new AppError("not_found", "no such conversation");
}
