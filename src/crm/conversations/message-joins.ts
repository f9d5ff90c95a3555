import { and, eq } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { messages } from "../../db/schema/message.ts";
import { messageMedia } from "../../db/schema/message-media.ts";

/** Joins a message's file to it. */
export const mediaOfMessage = and(
  eq(messageMedia.businessId, messages.businessId),
  eq(messageMedia.messageId, messages.id),
);

/** The message that another one answers. */
export const quoted = alias(messages, "quoted");

/** Joins it to the message that answers it: by the provider's id, within the chat. */
export const quotedByMessage = and(
  eq(quoted.businessId, messages.businessId),
  eq(quoted.conversationId, messages.conversationId),
  eq(quoted.providerId, messages.quotedId),
);
