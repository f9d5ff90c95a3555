import { and, eq, inArray, type SQL } from "drizzle-orm";
import { announce } from "../../db/announce.ts";
import { conversations, messages } from "../../db/schema/message.ts";
import type { Ctx } from "../../tenants/ctx.ts";

/**
 * Takes back what waits to go out, with the reason as a stable code. One whose sending is under way is not tried again;
 * should the network have taken it, it counts as sent. Returns what was taken back, with the state that it was in.
 */
export async function cancelQueued(ctx: Ctx, which: SQL | undefined, reason: string) {
  const { id, purpose, conversationId, state } = messages;
  const waiting = and(eq(messages.businessId, ctx.businessId), inArray(messages.state, ["queued", "sending"]), which);
  // The chats before their messages, as whoever writes in one locks them: otherwise the two could end each other.
  await ctx.tx
    .select({ id: conversations.id })
    .from(conversations)
    .where(
      and(
        eq(conversations.businessId, ctx.businessId),
        inArray(conversations.id, ctx.tx.select({ id: conversationId }).from(messages).where(waiting)),
      ),
    )
    .orderBy(conversations.id)
    .for("no key update");
  const taken = await ctx.tx
    .select({ id, purpose, conversationId, state })
    .from(messages)
    .where(waiting)
    .orderBy(id)
    .for("no key update");
  const ids = taken.map((each) => each.id);
  await ctx.tx
    .update(messages)
    .set({ state: "cancelled", reason, nextAt: null })
    .where(and(eq(messages.businessId, ctx.businessId), inArray(id, ids)));
  for (const chat of new Set(taken.map((each) => each.conversationId)))
    await announce(ctx.tx, { businessId: ctx.businessId, type: "conversation", id: chat });
  return taken;
}
