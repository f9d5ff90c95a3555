import { and, eq, sql } from "drizzle-orm";
import { cancelQueued } from "../crm/conversations/cancel-queued.ts";
import { messages } from "../db/schema/message.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { Chat } from "./chat.ts";
import { whatsappSettingsOf } from "./settings.ts";
import { silence } from "./takeover.ts";

/** W11: somebody of the business writes on its own handset, so the assistant is silent in that chat for a while. */
export async function silenceByHandset(
  ctx: Ctx,
  chat: Chat,
  saidAt: Temporal.Instant,
  now: Temporal.Instant,
): Promise<void> {
  const { silenceMinutes } = await whatsappSettingsOf(ctx);
  const until = saidAt.add({ minutes: silenceMinutes });
  if (Temporal.Instant.compare(until, now) <= 0) return; // written long ago, told only now
  await silence(ctx, chat.conversationId, { kind: "handset", name: "handset", until });
}

/**
 * What the customer wrote before the business's last message on its handset has had its answer, however late we hear of the
 * two and in whatever order; a reply of ours from before it that still waits to go out is dropped. The caller holds the
 * conversation's row, as whoever answers does.
 */
export async function settleByHandset(ctx: Ctx, { conversationId }: Chat): Promise<void> {
  const answeredAt = sql`(select max(answer.sent_at) from ${messages} answer where answer.business_id = ${ctx.businessId}
    and answer.conversation_id = ${conversationId} and answer.author = 'staff' and answer.author_name = 'handset')`;
  const inChat = eq(messages.conversationId, conversationId);
  await ctx.tx
    .update(messages)
    .set({ awaits: false, handled: "answered_on_handset" })
    .where(
      and(eq(messages.businessId, ctx.businessId), inChat, messages.awaits, sql`${messages.sentAt} < ${answeredAt}`),
    );
  const replies = and(inChat, eq(messages.purpose, "reply"), sql`${messages.createdAt} < ${answeredAt}`);
  await cancelQueued(ctx, replies, "taken_over");
}
