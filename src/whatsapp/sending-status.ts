import { and, count, eq, inArray, min } from "drizzle-orm";
import { messages } from "../db/schema/message.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** What waits to be sent, for `/api/whatsapp/sending-status`. */
export async function readQueue(ctx: Ctx, now: Temporal.Instant) {
  const [row] = await ctx.tx
    .select({ queued: count(), oldest: min(messages.createdAt) })
    .from(messages)
    .where(and(eq(messages.businessId, ctx.businessId), inArray(messages.state, ["queued", "sending"])));
  const oldest = row?.oldest ?? null;
  return {
    queued: row?.queued ?? 0,
    oldestMs: oldest === null ? null : Math.max(0, Math.round(now.since(oldest).total("milliseconds"))),
  };
}
