import { and, eq } from "drizzle-orm";
import { AppError } from "../../base/errors.ts";
import { type CustomerId, newId } from "../../base/ids.ts";
import { conversations, type MessageChannel } from "../../db/schema/message.ts";
import type { Ctx } from "../../tenants/ctx.ts";

/**
 * The written conversation with a customer on one identity, made when it is not there. Without an identity (the
 * operator's terminal) every call opens a new one.
 */
export async function openConversation(
  ctx: Ctx,
  input: { customerId: CustomerId; channel: MessageChannel; identityId: string | null },
): Promise<string> {
  const id = newId();
  const made = await ctx.tx
    .insert(conversations)
    .values({ id, businessId: ctx.businessId, ...input })
    .onConflictDoNothing()
    .returning({ id: conversations.id });
  if (made.length > 0 || input.identityId === null) return id;
  const [existing] = await ctx.tx
    .select({ id: conversations.id })
    .from(conversations)
    .where(
      and(
        eq(conversations.businessId, ctx.businessId),
        eq(conversations.channel, input.channel),
        eq(conversations.identityId, input.identityId),
      ),
    );
  if (existing === undefined) throw new AppError("unavailable", "the conversation was just removed");
  return existing.id;
}
