import { index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { businessId } from "./business.ts";
import { createdAt, instant } from "./columns.ts";

export type NotificationKind =
  | "task_created"
  | "task_due"
  | "meeting_booked"
  | "meeting_moved"
  | "meeting_cancelled"
  | "reminder_due"
  | "hand_over"
  | "webhook_off"
  | "budget_spent"
  | "whatsapp_down"
  | "whatsapp_failed"
  | "whatsapp_restricted";

/** A line behind the bell of one business. */
export const notifications = pgTable(
  "notifications",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    kind: text("kind").$type<NotificationKind>().notNull(),
    title: text("title").notNull(),
    body: text("body"),
    /** What it is about, e.g. `task:<id>`; with `kind` also what makes it unique. */
    subject: text("subject").notNull(),
    readAt: instant("read_at"),
    createdAt: createdAt(),
  },
  (table) => [
    unique("notifications_once").on(table.businessId, table.kind, table.subject),
    index("notifications_recent").on(table.businessId, table.createdAt),
  ],
);
