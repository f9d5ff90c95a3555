import { and, desc, eq, isNotNull } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import type { CustomerId } from "../base/ids.ts";
import { type Phone, parsePhone } from "../base/phone.ts";
import { conversations } from "../db/schema/message.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { chatOf } from "./chat.ts";

/** To whom a message goes: a chat that is there, or a number (a chat is made for it). */
export type Recipient = { conversationId: string } | { to: string };

/** The chat to write in. @throws AppError "not_found" for a chat that is not the business's, "invalid" for what is no number. */
export async function reach(ctx: Ctx, recipient: Recipient): Promise<string> {
  if ("conversationId" in recipient) return recipient.conversationId; // whoever queues finds out whether it is there
  const phone: Phone | null = parsePhone(recipient.to);
  if (phone === null)
    throw new AppError("invalid", "no phone number", {
      public: "no_phone",
      fields: [{ path: "to", code: "phone" }],
    });
  const chat = await chatOf(ctx, { address: { kind: "phone", value: phone }, alternatives: [], makesLead: true });
  return chat.conversationId;
}

/** The chat that a customer has written in last; null = this customer never wrote. */
export async function chatWith(
  ctx: Ctx,
  customerId: CustomerId,
): Promise<{ conversationId: string; lastInboundAt: Temporal.Instant } | null> {
  const { id, lastInboundAt } = conversations;
  const [latest] = await ctx.tx
    .select({ id, lastInboundAt })
    .from(conversations)
    .where(
      and(
        eq(conversations.businessId, ctx.businessId),
        eq(conversations.channel, "whatsapp"),
        eq(conversations.customerId, customerId),
        isNotNull(lastInboundAt),
      ),
    )
    .orderBy(desc(lastInboundAt))
    .limit(1);
  return latest === undefined ? null : { conversationId: latest.id, lastInboundAt: latest.lastInboundAt! };
}
