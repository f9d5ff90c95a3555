import { sql } from "drizzle-orm";
import { check, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { businessId } from "./business.ts";
import { createdAt } from "./columns.ts";

export type PromptChannel = "call" | "whatsapp";

/** Every text a channel's prompt ever had. The highest version is in force; rolling back adds a version. */
export const promptVersions = pgTable(
  "prompt_versions",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    channel: text("channel").$type<PromptChannel>().notNull(),
    version: integer("version").notNull(),
    body: text("body").notNull(),
    /** The version that was brought back, when this one is a roll back. */
    restoredVersion: integer("restored_version"),
    authorUserId: uuid("author_user_id"),
    authorName: text("author_name").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    unique("prompt_versions_number").on(table.businessId, table.channel, table.version),
    check("prompt_versions_channel", sql`${table.channel} in ('call', 'whatsapp')`),
  ],
);
