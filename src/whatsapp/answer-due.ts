import { and, eq, min, sql } from "drizzle-orm";
import type { Random } from "../base/random.ts";
import { conversations, messages } from "../db/schema/message.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { type Chat, isChat } from "./chat.ts";

/**
 * When a burst that has just grown is to be answered (W12): a moment after its last message, but not later than
 * `limits.waQuietMaxMs` after its first: somebody who never stops writing is answered all the same.
 */
export async function answerDue(
  ctx: Ctx,
  chat: Chat,
  now: Temporal.Instant,
  random: Random,
): Promise<Temporal.Instant> {
  const quiet = now.add({ milliseconds: Math.round(limits.waQuietMs * (0.9 + 0.2 * random())) });
  const [row] = await ctx.tx
    .select({ first: min(messages.createdAt) })
    .from(messages)
    .where(
      and(
        eq(messages.businessId, ctx.businessId),
        eq(messages.conversationId, chat.conversationId),
        eq(messages.awaits, true),
      ),
    );
  const last = burstEnd(row?.first ?? now);
  const isLate = Temporal.Instant.compare(last, now) > 0 && Temporal.Instant.compare(last, quiet) < 0;
  return isLate ? last : quiet;
}

/**
 * Makes what waits in a chat due anew: the customer has changed it. Returns when; null = nothing waits (any more). Call it
 * after the chat is held, and the change.
 */
export async function restartAnswer(
  ctx: Ctx,
  chat: Chat,
  now: Temporal.Instant,
  random: Random,
): Promise<Temporal.Instant | null> {
  const answerDueAt = await answerDue(ctx, chat, now, random);
  const restarted = await ctx.tx
    .update(conversations)
    .set({ answerDueAt, answerTries: 0 })
    .where(and(isChat(ctx, chat.conversationId), somethingWaits(ctx, chat.conversationId)))
    .returning({ id: conversations.id });
  return restarted.length > 0 ? answerDueAt : null;
}

/** Until the transaction ends no answer is committed in the chat, and whoever waits to commit one sees what was changed. */
export async function holdChat(ctx: Ctx, chat: Pick<Chat, "conversationId">): Promise<void> {
  await ctx.tx
    .select({ id: conversations.id })
    .from(conversations)
    .where(isChat(ctx, chat.conversationId))
    .for("no key update");
}

/** As `holdChat`, of all chats of one customer: what is about the person is said in any of them. */
export async function holdChatsOf(ctx: Ctx, { customerId }: Pick<Chat, "customerId">): Promise<void> {
  await ctx.tx
    .select({ id: conversations.id })
    .from(conversations)
    .where(and(eq(conversations.businessId, ctx.businessId), eq(conversations.customerId, customerId)))
    .orderBy(conversations.id) // in one order: two who hold them wait for each other, and do not lock each other out
    .for("no key update");
}

/** Whether anything of the chat is to be answered, in a statement. */
export const somethingWaits = (ctx: Ctx, conversationId: string) =>
  sql`exists (select from ${messages} where ${messages.businessId} = ${ctx.businessId}
    and ${messages.conversationId} = ${conversationId} and ${messages.awaits})`;

/** From then on a burst that began at `first` is not waited for any longer. */
export const burstEnd = (first: Temporal.Instant): Temporal.Instant => first.add({ milliseconds: limits.waQuietMaxMs });
