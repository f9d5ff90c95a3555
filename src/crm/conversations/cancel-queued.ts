import { and, eq, inArray, type SQL } from "drizzle-orm";
import { announce } from "../../db/announce.ts";
import { messages } from "../../db/schema/message.ts";
import type { Ctx } from "../../tenants/ctx.ts";

/**
 * Takes back what waits to go out, with the reason as a stable code. One whose sending is under way is not tried again;
 * should the network have taken it, it counts as sent. Returns what was taken back.
 */
export async function cancelQueued(ctx: Ctx, which: SQL | undefined, reason: string) {
  const { id, purpose, conversationId } = messages;
  const cancelled = await ctx.tx
    .update(messages)
    .set({ state: "cancelled", reason, nextAt: null })
    .where(and(eq(messages.businessId, ctx.businessId), inArray(messages.state, ["queued", "sending"]), which))
    .returning({ id, purpose, conversationId });
  for (const chat of new Set(cancelled.map((each) => each.conversationId)))
    await announce(ctx.tx, { businessId: ctx.businessId, type: "conversation", id: chat });
  return cancelled;
}
