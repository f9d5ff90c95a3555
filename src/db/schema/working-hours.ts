import { sql } from "drizzle-orm";
import { boolean, check, date, foreignKey, index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { businessId } from "./business.ts";
import { updatedAt } from "./columns.ts";
import { resources } from "./resource.ts";

/** How a business takes meetings; minutes throughout. A business without a row has the column defaults. */
export const calendarRules = pgTable("calendar_rules", {
  businessId: businessId().primaryKey(),
  meetingMinutes: integer("meeting_minutes").notNull().default(30),
  stepMinutes: integer("step_minutes").notNull().default(30),
  bufferBeforeMinutes: integer("buffer_before_minutes").notNull().default(0),
  bufferAfterMinutes: integer("buffer_after_minutes").notNull().default(0),
  minNoticeMinutes: integer("min_notice_minutes").notNull().default(60),
  horizonDays: integer("horizon_days").notNull().default(60),
  /** Shabbat and holidays of the business's city close the calendar (C7). */
  keepsShabbat: boolean("keeps_shabbat").notNull().default(true),
  /** How long before a meeting a reminder goes out, each its own reminder. */
  reminderMinutes: integer("reminder_minutes").array().notNull().default(sql`'{1440,120}'`),
  /** Nothing is sent to customers between these minutes of the local day; from > to spans midnight. */
  quietFromMinute: integer("quiet_from_minute").notNull().default(1260),
  quietToMinute: integer("quiet_to_minute").notNull().default(480),
  /** Part of the feed's address: a new number ends every address given out before (C11). */
  feedVersion: integer("feed_version").notNull().default(1),
  updatedAt: updatedAt(),
});

const windowCheck = (name: string, from: string, to: string) =>
  check(name, sql.raw(`${from} >= 0 and ${to} <= 1440 and ${from} < ${to}`));

/** Weekly hours; a row without a resource counts for every resource that has no rows of its own. */
export const workingHours = pgTable(
  "working_hours",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    resourceId: uuid("resource_id"),
    /** ISO 8601: Monday 1 .. Sunday 7. */
    weekday: integer("weekday").notNull(),
    fromMinute: integer("from_minute").notNull(),
    toMinute: integer("to_minute").notNull(),
  },
  (table) => [
    index("working_hours_business").on(table.businessId),
    check("working_hours_weekday", sql`${table.weekday} between 1 and 7`),
    windowCheck("working_hours_window", "from_minute", "to_minute"),
    foreignKey({
      columns: [table.businessId, table.resourceId],
      foreignColumns: [resources.businessId, resources.id],
      name: "working_hours_resource_fk",
    }).onDelete("cascade"),
  ],
);

/** Hours of one date: they replace the week's and override Shabbat and holidays. A row without hours is "closed". */
export const hoursExceptions = pgTable(
  "hours_exceptions",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    resourceId: uuid("resource_id"),
    onDate: date("on_date", { mode: "string" }).notNull(),
    fromMinute: integer("from_minute"),
    toMinute: integer("to_minute"),
    reason: text("reason"),
  },
  (table) => [
    index("hours_exceptions_date").on(table.businessId, table.onDate),
    check("hours_exceptions_both", sql`(${table.fromMinute} is null) = (${table.toMinute} is null)`),
    windowCheck("hours_exceptions_window", "from_minute", "to_minute"),
    foreignKey({
      columns: [table.businessId, table.resourceId],
      foreignColumns: [resources.businessId, resources.id],
      name: "hours_exceptions_resource_fk",
    }).onDelete("cascade"),
  ],
);
