import { sql } from "drizzle-orm";
import { boolean, check, foreignKey, index, integer, jsonb, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { businessId } from "./business.ts";
import { createdAt, instant } from "./columns.ts";

/** What happens to many leads at once, by an import or with a status that is removed: told in parts, not lead by lead. */
export const manyEvents = ["leads.created", "leads.changed"] as const;
export type ManyEvent = (typeof manyEvents)[number];

/** What other programs of a business can be told. */
export const webhookEvents = [
  "call.ended",
  "lead.created",
  "lead.changed",
  ...manyEvents,
  "meeting.booked",
  "meeting.moved",
  "meeting.cancelled",
  "meeting.settled",
  "task.created",
  "message.received",
  "message.sent",
] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

/** Where events of a business are sent. Its secret is worked out from the installation's and stands in no table. */
export const webhooks = pgTable(
  "webhooks",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    /** https. */
    url: text("url").notNull(),
    events: text("events").array().$type<WebhookEvent[]>().notNull(),
    active: boolean("active").notNull().default(true),
    /** Part of the secret: a new number is a new secret. */
    secretVersion: integer("secret_version").notNull().default(1),
    /** Since when nothing came through; null when the last delivery did. */
    failingSince: instant("failing_since"),
    createdAt: createdAt(),
  },
  (table) => [
    unique("webhooks_tenant").on(table.businessId, table.id),
    index("webhooks_business").on(table.businessId),
    check("webhooks_https", sql`${table.url} like 'https://%'`),
  ],
);

/** `skipped` = its address was switched off while it waited: it is not sent any more, also when that is switched on again. */
export const deliveryStatuses = ["pending", "delivered", "failed", "skipped"] as const;

/** One event on its way to one address: also the log of what was sent and answered. */
export const webhookDeliveries = pgTable(
  "webhook_deliveries",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    webhookId: uuid("webhook_id").notNull(),
    event: text("event").notNull(),
    /** The job that made it: done twice, it makes one. */
    source: uuid("source").notNull(),
    payload: jsonb("payload").$type<unknown>().notNull(),
    status: text("status").$type<(typeof deliveryStatuses)[number]>().notNull().default("pending"),
    attempts: integer("attempts").notNull().default(0),
    /** HTTP status of the last answer; null when there was none. */
    answerStatus: integer("answer_status"),
    /** Why there was none. */
    error: text("error"),
    nextAt: instant("next_at"),
    createdAt: createdAt(),
  },
  (table) => [
    unique("webhook_deliveries_once").on(table.webhookId, table.source),
    index("webhook_deliveries_recent").on(table.businessId, table.webhookId, table.createdAt, table.id),
    index("webhook_deliveries_old").on(table.createdAt),
    check("webhook_deliveries_status", sql`${table.status} in ('pending', 'delivered', 'failed', 'skipped')`),
    foreignKey({
      columns: [table.businessId, table.webhookId],
      foreignColumns: [webhooks.businessId, webhooks.id],
      name: "webhook_deliveries_webhook_fk",
    }).onDelete("cascade"),
  ],
);
