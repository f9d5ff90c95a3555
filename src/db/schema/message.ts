import { foreignKey, index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import type { CustomerId } from "../../base/ids.ts";
import { businessId } from "./business.ts";
import { createdAt, instant } from "./columns.ts";
import { customerIdentities, customers } from "./customer.ts";

export type MessageChannel = "whatsapp" | "chat";
export type MessageAuthor = "customer" | "assistant" | "staff";

/** A written conversation with one customer on one identity: answers go out where the message came in (A9). */
export const conversations = pgTable(
  "conversations",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    customerId: uuid("customer_id").$type<CustomerId>().notNull(),
    channel: text("channel").$type<MessageChannel>().notNull(),
    identityId: uuid("identity_id"),
    lastMessageAt: instant("last_message_at"),
    createdAt: createdAt(),
  },
  (table) => [
    unique("conversations_tenant").on(table.businessId, table.id),
    unique("conversations_identity").on(table.businessId, table.channel, table.identityId),
    index("conversations_customer").on(table.businessId, table.customerId),
    foreignKey({
      columns: [table.businessId, table.customerId],
      foreignColumns: [customers.businessId, customers.id],
      name: "conversations_customer_fk",
    }).onDelete("cascade"),
    foreignKey({
      columns: [table.businessId, table.identityId],
      foreignColumns: [customerIdentities.businessId, customerIdentities.id],
      name: "conversations_identity_fk",
    }),
  ],
);

/** One written message, either way. */
export const messages = pgTable(
  "messages",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    conversationId: uuid("conversation_id").notNull(),
    customerId: uuid("customer_id").$type<CustomerId>().notNull(),
    author: text("author").$type<MessageAuthor>().notNull(),
    body: text("body").notNull(),
    /** The provider's id: a message that is delivered twice is stored once. */
    providerId: text("provider_id"),
    createdAt: createdAt(),
  },
  (table) => [
    unique("messages_tenant").on(table.businessId, table.id),
    unique("messages_provider").on(table.businessId, table.providerId),
    index("messages_customer").on(table.businessId, table.customerId, table.createdAt),
    foreignKey({
      columns: [table.businessId, table.conversationId],
      foreignColumns: [conversations.businessId, conversations.id],
      name: "messages_conversation_fk",
    }).onDelete("cascade"),
    foreignKey({
      columns: [table.businessId, table.customerId],
      foreignColumns: [customers.businessId, customers.id],
      name: "messages_customer_fk",
    }).onDelete("cascade"),
  ],
);
