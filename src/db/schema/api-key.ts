import { sql } from "drizzle-orm";
import { check, index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { businessId } from "./business.ts";
import { createdAt, instant } from "./columns.ts";

/** What a program may do with a key. */
export type KeyScope = "read" | "write";

/** Keys by which programs of a business use the API. A revoked one stays, so that the audit's names stay known. */
export const apiKeys = pgTable(
  "api_keys",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    name: text("name").notNull(),
    scope: text("scope").$type<KeyScope>().notNull(),
    /** SHA-256 of the key, base64url: a copy of the table opens nothing. */
    key: text("key").notNull(),
    /** Its first characters, by which people tell keys apart. */
    hint: text("hint").notNull(),
    madeBy: text("made_by").notNull(),
    /** To within `limits.keyTouchMs`. */
    lastUsedAt: instant("last_used_at"),
    revokedAt: instant("revoked_at"),
    createdAt: createdAt(),
  },
  (table) => [
    unique("api_keys_key").on(table.key),
    index("api_keys_business").on(table.businessId, table.createdAt),
    check("api_keys_scope", sql`${table.scope} in ('read', 'write')`),
  ],
);
