import { sql } from "drizzle-orm";
import { boolean, check, index, integer, jsonb, pgTable, text, unique, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { Phone } from "../../base/phone.ts";
import { businessId } from "./business.ts";
import { createdAt, instant, updatedAt } from "./columns.ts";

/** How WhatsApp works for a business; without a row everything is as by default. */
export const whatsappSettings = pgTable(
  "whatsapp_settings",
  {
    businessId: businessId().primaryKey(),
    /** Null = the installation's default. */
    provider: text("provider").$type<"baileys" | "twilio">(),
    /** The sender at Twilio. */
    twilioNumber: text("twilio_number").$type<Phone>(),
    /** False = messages are stored and shown, the assistant does not answer them. */
    answers: boolean("answers").notNull().default(true),
    marksRead: boolean("marks_read").notNull().default(true),
    /** Messages that waited longer than this become a task instead of an answer (W13). */
    lateHours: integer("late_hours").notNull().default(6),
    /** How long a message from the handset silences the assistant (W11). */
    silenceMinutes: integer("silence_minutes").notNull().default(120),
    perMinute: integer("per_minute").notNull().default(20),
    perHour: integer("per_hour").notNull().default(200),
    /** Approved templates at Twilio (Content SIDs) for what we begin outside the 24-hour window; null = there is none. */
    reminderTemplate: text("reminder_template"),
    confirmationTemplate: text("confirmation_template"),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique("whatsapp_settings_twilio_number").on(table.twilioNumber),
    check(
      "whatsapp_settings_bounds",
      sql`${table.lateHours} between 1 and 72 and ${table.silenceMinutes} between 1 and 10080
      and ${table.perMinute} between 1 and 60 and ${table.perHour} between 1 and 1000`,
    ),
  ],
);

/** The link of a business to WhatsApp, as the process that holds it sees it. */
export const whatsappSessions = pgTable("whatsapp_sessions", {
  businessId: businessId().primaryKey(),
  /** Somebody asked for it to be connected, and nobody for the opposite. */
  wanted: boolean("wanted").notNull().default(false),
  /** A `ChannelStatus` (src/whatsapp/provider.ts); null = never connected. */
  status: jsonb("status").$type<unknown>(),
  /** Since when this device is linked: young ones write less (K20). */
  linkedAt: instant("linked_at"),
  /** WhatsApp takes no new chats from us until then. */
  restrictedUntil: instant("restricted_until"),
  /** The process that holds the link, and until when it may be believed to be alive. */
  owner: text("owner"),
  leaseUntil: instant("lease_until"),
  /** What a person asked the holder to do: `{ id, kind, phone? }`; its outcome under the same id. */
  command: jsonb("command").$type<unknown>(),
  outcome: jsonb("outcome").$type<unknown>(),
  updatedAt: updatedAt(),
});

/** A time without WhatsApp: told once. */
export const whatsappOutages = pgTable(
  "whatsapp_outages",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    reason: text("reason").notNull(),
    startedAt: instant("started_at").notNull(),
    notifiedAt: instant("notified_at"),
    endedAt: instant("ended_at"),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("whatsapp_outages_open").on(table.businessId).where(sql`${table.endedAt} is null`),
    index("whatsapp_outages_recent").on(table.businessId, table.startedAt),
  ],
);
