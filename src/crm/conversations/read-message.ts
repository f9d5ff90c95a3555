import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../../base/errors.ts";
import { customerIdentities, customers } from "../../db/schema/customer.ts";
import { conversations, messages } from "../../db/schema/message.ts";
import { messageMedia } from "../../db/schema/message-media.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { mediaOfMessage } from "./message-joins.ts";

/** One written message with whose it is, as other programs are told of it. @throws AppError "not_found". */
export async function readMessage(ctx: Ctx, messageId: string) {
  const mine = <T extends typeof customers | typeof conversations | typeof customerIdentities>(table: T, id: unknown) =>
    and(eq(table.businessId, messages.businessId), sql`${table.id} = ${id}`);
  const [row] = await ctx.tx
    .select({
      id: messages.id,
      conversationId: messages.conversationId,
      channel: conversations.channel,
      customerId: messages.customerId,
      customerName: customers.name,
      /** The number or the network's id that it came from or goes to. */
      address: customerIdentities.value,
      author: messages.author,
      authorName: messages.authorName,
      kind: messages.kind,
      text: messages.body,
      detail: messages.detail,
      /** Why we wrote; null for what came in. */
      purpose: messages.purpose,
      state: messages.state,
      sentAt: messages.sentAt,
      createdAt: messages.createdAt,
      media: { id: messageMedia.id, mimeType: messageMedia.mimeType, fileName: messageMedia.fileName },
    })
    .from(messages)
    .innerJoin(conversations, mine(conversations, messages.conversationId))
    .innerJoin(customers, mine(customers, messages.customerId))
    .leftJoin(customerIdentities, mine(customerIdentities, messages.identityId))
    .leftJoin(messageMedia, mediaOfMessage)
    .where(and(eq(messages.businessId, ctx.businessId), eq(messages.id, messageId)));
  if (row === undefined) throw new AppError("not_found", "no such message");
  return row;
}
