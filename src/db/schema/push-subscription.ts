import { sql } from "drizzle-orm";
import { check, foreignKey, index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import type { UserId } from "../../base/ids.ts";
import { businessId } from "./business.ts";
import { createdAt } from "./columns.ts";
import { users } from "./user.ts";

/** A person's device that is told of notifications with the panel closed (RFC 8030). */
export const pushSubscriptions = pgTable(
  "push_subscriptions",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    userId: uuid("user_id").$type<UserId>().notNull(),
    /** Address at the browser's push service. */
    endpoint: text("endpoint").notNull(),
    /** The device's public key, base64url of 65 bytes. */
    p256dh: text("p256dh").notNull(),
    /** What only the device and we know, base64url of 16 bytes. */
    auth: text("auth").notNull(),
    /** What its notifications are written in. */
    language: text("language").$type<"he" | "en">().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    foreignKey({
      name: "push_subscriptions_user_fk",
      columns: [table.businessId, table.userId],
      foreignColumns: [users.businessId, users.id],
    }).onDelete("cascade"),
    unique("push_subscriptions_device").on(table.businessId, table.endpoint),
    index("push_subscriptions_user").on(table.userId),
    check("push_subscriptions_language", sql`${table.language} in ('he', 'en')`),
    check("push_subscriptions_https", sql`${table.endpoint} like 'https://%'`),
  ],
);
