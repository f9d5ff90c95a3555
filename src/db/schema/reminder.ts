import { foreignKey, index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { businessId } from "./business.ts";
import { createdAt, instant } from "./columns.ts";
import { meetings } from "./meeting.ts";

export type ReminderStatus = "planned" | "sent" | "dropped";

/** A reminder belongs to its meeting as the meeting stood: moving replaces it, cancelling removes it (C9). */
export const reminders = pgTable(
  "reminders",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    meetingId: uuid("meeting_id").notNull(),
    dueAt: instant("due_at").notNull(),
    status: text("status").$type<ReminderStatus>().notNull().default("planned"),
    createdAt: createdAt(),
  },
  (table) => [
    unique("reminders_tenant").on(table.businessId, table.id),
    index("reminders_meeting").on(table.businessId, table.meetingId),
    foreignKey({
      columns: [table.businessId, table.meetingId],
      foreignColumns: [meetings.businessId, meetings.id],
      name: "reminders_meeting_fk",
    }).onDelete("cascade"),
  ],
);
