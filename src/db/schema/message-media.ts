import { bigint, foreignKey, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { businessId } from "./business.ts";
import { createdAt, instant } from "./columns.ts";
import { messages } from "./message.ts";

/**
 * `waiting`: still at the network. `stored`: here. `refused`: too large, over the quota, or not what it says it is.
 * `gone`: the network has it no more. `failed`: given up.
 */
export type MediaState = "waiting" | "stored" | "refused" | "gone" | "failed";

/** The file of a written message, either way. */
export const messageMedia = pgTable(
  "message_media",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    messageId: uuid("message_id").notNull(),
    state: text("state").$type<MediaState>().notNull(),
    /** Stable code, with `refused`, `gone` and `failed`. */
    reason: text("reason"),
    /** Relative to the storage folder; our own name. */
    file: text("file"),
    bytes: bigint("bytes", { mode: "number" }),
    /** As the file's first bytes say, never as the sender claims. */
    mimeType: text("mime_type"),
    claimedType: text("claimed_type"),
    /** The sender's name for it, cleaned; shown, never used as a path. */
    fileName: text("file_name"),
    seconds: integer("seconds"),
    /** The provider's text to fetch it by. */
    ref: text("ref"),
    storedAt: instant("stored_at"),
    createdAt: createdAt(),
  },
  (table) => [
    unique("message_media_tenant").on(table.businessId, table.id),
    unique("message_media_message").on(table.businessId, table.messageId),
    index("message_media_recent").on(table.businessId, table.createdAt),
    foreignKey({
      columns: [table.businessId, table.messageId],
      foreignColumns: [messages.businessId, messages.id],
      name: "message_media_message_fk",
    }).onDelete("cascade"),
  ],
);
