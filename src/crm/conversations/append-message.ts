import { and, eq } from "drizzle-orm";
import { type CustomerId, newId } from "../../base/ids.ts";
import { storable } from "../../base/storable.ts";
import { announce } from "../../db/announce.ts";
import { conversations, type MessageAuthor, messages } from "../../db/schema/message.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { touchLead } from "../leads/touch.ts";

export interface NewMessage {
  conversationId: string;
  customerId: CustomerId;
  author: MessageAuthor;
  body: string;
  at: Temporal.Instant;
  /** The provider's id: the same message is stored once. */
  providerId?: string;
}

/** Keeps one written message. Null when this provider id was stored before. */
export async function appendMessage(ctx: Ctx, input: NewMessage): Promise<string | null> {
  const id = newId();
  const rows = await ctx.tx
    .insert(messages)
    .values({
      id,
      businessId: ctx.businessId,
      conversationId: input.conversationId,
      customerId: input.customerId,
      author: input.author,
      body: storable(input.body),
      providerId: input.providerId ?? null,
      createdAt: input.at,
    })
    .onConflictDoNothing()
    .returning({ id: messages.id });
  if (rows.length === 0) return null;
  await ctx.tx
    .update(conversations)
    .set({ lastMessageAt: input.at })
    .where(and(eq(conversations.businessId, ctx.businessId), eq(conversations.id, input.conversationId)));
  if (input.author === "customer") await touchLead(ctx, input.customerId);
  await announce(ctx.tx, { businessId: ctx.businessId, type: "conversation", id: input.conversationId });
  return id;
}
