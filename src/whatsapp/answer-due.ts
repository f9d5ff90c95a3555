import { and, eq, min } from "drizzle-orm";
import type { Random } from "../base/random.ts";
import { messages } from "../db/schema/message.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { Chat } from "./chat.ts";

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

/** From then on a burst that began at `first` is not waited for any longer. */
export const burstEnd = (first: Temporal.Instant): Temporal.Instant => first.add({ milliseconds: limits.waQuietMaxMs });
