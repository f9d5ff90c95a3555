import { sql } from "drizzle-orm";
import { check, foreignKey, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import type { CustomerId } from "../../base/ids.ts";
import { businessId } from "./business.ts";
import { createdAt, instant, updatedAt } from "./columns.ts";
import { customers } from "./customer.ts";
import { resources } from "./resource.ts";

/** `held` = offered and kept until `holdExpiresAt`; all but `cancelled` occupy their resource. */
export type MeetingStatus = "held" | "booked" | "completed" | "no_show" | "cancelled";
export type MeetingSource = "call" | "whatsapp" | "chat" | "staff";

/** Why the assistant believed the customer meant this time: heard words, what they were read as, and the rule used. */
export interface MeetingEvidence {
  heard: string[];
  understood: string;
  rule: string;
}

/**
 * Meetings and live holds in one table, so that one exclusion constraint (`meetings_no_overlap`, in the migration: drizzle
 * cannot express it) keeps any two of them from overlapping on a resource, buffers included.
 */
export const meetings = pgTable(
  "meetings",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    resourceId: uuid("resource_id").notNull(),
    /** Null only for time that staff blocked. */
    customerId: uuid("customer_id").$type<CustomerId>(),
    status: text("status").$type<MeetingStatus>().notNull(),
    startsAt: instant("starts_at").notNull(),
    endsAt: instant("ends_at").notNull(),
    /** The meeting with its buffers, as they were when it was made. */
    busyFrom: instant("busy_from").notNull(),
    busyTo: instant("busy_to").notNull(),
    holdExpiresAt: instant("hold_expires_at"),
    /** The call or chat that holds or booked it. */
    conversationId: uuid("conversation_id"),
    topic: text("topic"),
    source: text("source").$type<MeetingSource>().notNull(),
    evidence: jsonb("evidence").$type<MeetingEvidence>(),
    /** Counts moves: calendars that subscribed take the newer one. */
    sequence: integer("sequence").notNull().default(0),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique("meetings_tenant").on(table.businessId, table.id),
    index("meetings_time").on(table.businessId, table.startsAt),
    index("meetings_customer").on(table.businessId, table.customerId, table.startsAt),
    index("meetings_held").on(table.holdExpiresAt).where(sql`status = 'held'`),
    check("meetings_order", sql`busy_from <= starts_at and starts_at < ends_at and ends_at <= busy_to`),
    check("meetings_hold", sql`(status = 'held') = (hold_expires_at is not null)`),
    foreignKey({
      columns: [table.businessId, table.resourceId],
      foreignColumns: [resources.businessId, resources.id],
      name: "meetings_resource_fk",
    }),
    foreignKey({
      columns: [table.businessId, table.customerId],
      foreignColumns: [customers.businessId, customers.id],
      name: "meetings_customer_fk",
    }).onDelete("cascade"),
  ],
);

/** What stands between an offer and a meeting, per conversation (calendar/pending-slot). */
export const pendingSlots = pgTable(
  "pending_slots",
  {
    businessId: businessId(),
    conversationId: uuid("conversation_id").notNull(),
    /** A `Pending`, read with a schema: what cannot be read is stale. */
    pending: jsonb("pending").notNull(),
    expiresAt: instant("expires_at").notNull(),
    updatedAt: updatedAt(),
  },
  (table) => [primaryKey({ columns: [table.businessId, table.conversationId] })],
);
