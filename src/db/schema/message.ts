import { sql } from "drizzle-orm";
import { boolean, foreignKey, index, integer, jsonb, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import type { CustomerId } from "../../base/ids.ts";
import { businessId } from "./business.ts";
import { createdAt, instant } from "./columns.ts";
import { customerIdentities, customers } from "./customer.ts";

export type MessageChannel = "whatsapp" | "chat";
export type MessageAuthor = "customer" | "assistant" | "staff";

export type MessageKind =
  | "text"
  | "voice"
  | "audio"
  | "image"
  | "video"
  | "document"
  | "sticker"
  | "location"
  | "contact"
  | "template"
  | "unreadable"
  | "unknown";

/**
 * Of what we send. `cancelled`: it was taken back before it went out (`reason`: a person took over, the customer opted
 * out, it would have come too late). `unknown`: it may have gone out, the network never said so. Should either be out, a receipt still says it.
 */
export type MessageState = "queued" | "sending" | "sent" | "delivered" | "read" | "failed" | "unknown" | "cancelled";

/** Why we write: an answer, staff by hand, or something that we begin. */
export type MessagePurpose = "reply" | "staff" | "reminder" | "confirmation" | "notice";

/** What a message holds beside its text; which fields there are depends on its kind. */
export interface MessageDetail {
  latitude?: number;
  longitude?: number;
  contacts?: { name: string; phones: string[] }[];
  /** By author, newest only. */
  reactions?: { customer?: string; business?: string };
  /** Texts before edits, oldest first. */
  before?: string[];
  /** The words under a file, without its description. */
  caption?: string;
  templateId?: string;
  variables?: Record<string, string>;
  /** The network's word for a kind that we do not know. */
  type?: string;
  /** Of what we send: the meeting that it tells of. When that moves or is cancelled, what still waits is taken back. */
  meetingId?: string;
  /** Of what we send: from this instant on it does not go out any more, ISO. */
  notAfter?: string;
}

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
    /** The customer's last message: the 24-hour window of some providers counts from here. */
    lastInboundAt: instant("last_inbound_at"),
    /** Customer's messages that nobody has looked at. */
    unread: integer("unread").notNull().default(0),
    /** The assistant is silent here until then: a person writes. */
    silentUntil: instant("silent_until"),
    silentBy: text("silent_by").$type<"staff" | "handset">(),
    silentByName: text("silent_by_name"),
    /** The customer asked not to be written to: nothing goes out by itself any more. */
    optedOutAt: instant("opted_out_at"),
    /** When what the customer wrote is to be answered; null = nothing waits. */
    answerDueAt: instant("answer_due_at"),
    /** Until then a process works at the answer. */
    answerLeaseUntil: instant("answer_lease_until"),
    answerTries: integer("answer_tries").notNull().default(0),
    createdAt: createdAt(),
  },
  (table) => [
    index("conversations_recent").on(table.businessId, table.channel, table.lastMessageAt, table.id),
    index("conversations_due").on(table.answerDueAt).where(sql`${table.answerDueAt} is not null`),
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
    /** The identity it came in on or goes out to (A9). */
    identityId: uuid("identity_id"),
    kind: text("kind").$type<MessageKind>().notNull().default("text"),
    detail: jsonb("detail").$type<MessageDetail>().notNull().default({}),
    /** Provider's id of the message that it answers. */
    quotedId: text("quoted_id"),
    /** Written by staff: who, or "handset" or "auto_reply" (`whatsapp/auto-reply`). */
    authorName: text("author_name"),
    /** A customer's message that still has to be answered or put aside; `handled` says which it was. */
    awaits: boolean("awaits").notNull().default(false),
    handled: text("handled"),
    // What follows is of messages that we send.
    purpose: text("purpose").$type<MessagePurpose>(),
    state: text("state").$type<MessageState>(),
    /** Stable code of what went wrong last. */
    reason: text("reason"),
    attempts: integer("attempts").notNull().default(0),
    nextAt: instant("next_at"),
    /** The same key is queued once. */
    dedupe: text("dedupe"),
    sentAt: instant("sent_at"),
    deliveredAt: instant("delivered_at"),
    readAt: instant("read_at"),
    failedAt: instant("failed_at"),
    editedAt: instant("edited_at"),
    deletedAt: instant("deleted_at"),
    createdAt: createdAt(),
  },
  (table) => [
    unique("messages_tenant").on(table.businessId, table.id),
    unique("messages_provider").on(table.businessId, table.providerId),
    unique("messages_dedupe").on(table.businessId, table.dedupe),
    index("messages_customer").on(table.businessId, table.customerId, table.createdAt),
    index("messages_conversation").on(table.businessId, table.conversationId, table.createdAt, table.id),
    index("messages_recent").on(table.businessId, table.createdAt),
    index("messages_awaiting").on(table.businessId, table.conversationId, table.id).where(sql`${table.awaits}`),
    index("messages_outbox").on(table.businessId, table.id).where(sql`${table.state} in ('queued', 'sending')`),
    foreignKey({
      columns: [table.businessId, table.identityId],
      foreignColumns: [customerIdentities.businessId, customerIdentities.id],
      name: "messages_identity_fk",
    }),
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
