import { sql } from "drizzle-orm";
import { boolean, check, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import type { BusinessId } from "../../base/ids.ts";
import type { Phone } from "../../base/phone.ts";
import { createdAt, updatedAt } from "./columns.ts";

/** `scratch` is a copy in which a rehearsal is played: nobody's, and gone with it. */
export type BusinessStatus = "active" | "suspended" | "scratch";

/** A tenant. Every other tenant table points here by `business_id`, which also puts it under row-level security. */
export const businesses = pgTable(
  "businesses",
  {
    id: uuid("id").$type<BusinessId>().primaryKey(),
    name: text("name").notNull(),
    /** IANA zone: all wall-clock times of the business are in it. */
    timezone: text("timezone").notNull(),
    city: text("city"),
    /** BCP 47 primary tags in order of likelihood. */
    languages: text("languages").array().notNull().default(sql`'{he,en}'`),
    status: text("status").$type<BusinessStatus>().notNull().default("active"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [check("businesses_status", sql`${table.status} in ('active', 'suspended', 'scratch')`)],
);

/** `business_id` of a tenant table. */
export const businessId = () =>
  uuid("business_id")
    .$type<BusinessId>()
    .notNull()
    .references(() => businesses.id, { onDelete: "cascade" });

/** The numbers a business is called on. A number belongs to one business only. */
export const businessNumbers = pgTable(
  "business_numbers",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    phone: text("phone").$type<Phone>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    unique("business_numbers_phone").on(table.phone),
    index("business_numbers_business").on(table.businessId),
    check("business_numbers_e164", sql`${table.phone} ~ '^\\+[1-9][0-9]{6,14}$'`),
  ],
);

/** How the assistant of a business behaves. One row per business, made with it. */
export const businessSettings = pgTable(
  "business_settings",
  {
    businessId: businessId().primaryKey(),
    assistantName: text("assistant_name").notNull(),
    /** Spoken at once when a call begins; null = wait for the caller. Placeholders as in assistant/prompt. */
    callGreeting: text("call_greeting"),
    whatsappGreeting: text("whatsapp_greeting"),
    /** The prompt in force per channel; its versions are kept by tenants/prompts. */
    callPrompt: text("call_prompt").notNull().default(""),
    whatsappPrompt: text("whatsapp_prompt").notNull().default(""),
    /** Opening hours and published knowledge as the assistant is told them; written by tenants/knowledge-digest. */
    facts: text("facts").notNull().default(""),
    voice: text("voice").notNull().default("marin"),
    /** Names and terms that the transcriber should know. */
    keywords: text("keywords").array().notNull().default(sql`'{}'`),
    recordCalls: boolean("record_calls").notNull().default(true),
    recordingDays: integer("recording_days").notNull().default(2),
    /** What may be spent on a day before calls are turned to message taking (K16); null = no limit. */
    dailyCapAgorot: integer("daily_cap_agorot"),
    /** What was written and what was said in calls is kept this long; null = until somebody erases it. */
    messageMonths: integer("message_months"),
    transcriptMonths: integer("transcript_months"),
    /** How long it can be told who did what: two years, as Israel's rules on securing data want it, or more. */
    auditMonths: integer("audit_months").notNull().default(24),
    /** Where "let me talk to a person" goes; null = a message is taken instead. */
    transferPhone: text("transfer_phone").$type<Phone>(),
    /** The number whose person has typed the code that a call read to it (K16): only this one is ever dialled. */
    transferVerifiedPhone: text("transfer_verified_phone").$type<Phone>(),
    transferLabel: text("transfer_label"),
    updatedAt: updatedAt(),
  },
  (table) => [
    check("business_settings_recording_days", sql`${table.recordingDays} between 0 and 365`),
    check(
      "business_settings_months",
      sql`${table.messageMonths} between 1 and 120 and ${table.transcriptMonths} between 1 and 120
        and ${table.auditMonths} between 24 and 120`,
    ),
  ],
);
