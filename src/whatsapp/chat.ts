import { and, desc, eq, inArray } from "drizzle-orm";
import type { CustomerId } from "../base/ids.ts";
import { openConversation } from "../crm/conversations/open-conversation.ts";
import { conversations } from "../db/schema/message.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { Address } from "./provider.ts";
import { recognise } from "./recognise.ts";

/** One chat with one customer. */
export interface Chat {
  conversationId: string;
  customerId: CustomerId;
  /** On which the message came in and its answer goes out. */
  identityId: string;
}

/** Of `conversations`: this one. */
export const isChat = (ctx: Ctx, conversationId: string) =>
  and(eq(conversations.businessId, ctx.businessId), eq(conversations.id, conversationId));

/**
 * The chat of an address, made when it is new. WhatsApp may address the same chat by number today and by a hidden id
 * tomorrow: it stays one conversation, and answers go to what was used last.
 */
export async function chatOf(
  ctx: Ctx,
  from: { address: Address; alternatives: readonly Address[]; makesLead: boolean },
): Promise<Chat> {
  const { customerId, identityId, identityIds } = await recognise(ctx, from.address, from.alternatives, from.makesLead);
  const { id, businessId, channel } = conversations;
  const mine = and(eq(businessId, ctx.businessId), eq(channel, "whatsapp"));
  const known = await ctx.tx
    .select({ id, identityId: conversations.identityId })
    .from(conversations)
    .where(and(mine, inArray(conversations.identityId, identityIds)))
    .orderBy(desc(conversations.lastMessageAt));
  const found = known.find((conversation) => conversation.identityId === identityId) ?? known[0];
  if (found === undefined)
    return {
      conversationId: await openConversation(ctx, { customerId, channel: "whatsapp", identityId }),
      customerId,
      identityId,
    };
  if (found.identityId !== identityId)
    await ctx.tx
      .update(conversations)
      .set({ identityId })
      .where(and(mine, eq(id, found.id)));
  return { conversationId: found.id, customerId, identityId };
}
