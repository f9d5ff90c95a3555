import { sql } from "drizzle-orm";
import { check, foreignKey, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import type { CallId } from "../../base/ids.ts";
import { businessId } from "./business.ts";
import { calls } from "./call.ts";
import { bytes, createdAt, instant } from "./columns.ts";

/**
 * A call's sound. `stream` is ours, both sides, made from the media socket; `provider` is the message that the caller
 * left on the fallback. A deleted one keeps its row without content, as proof of the deletion.
 */
export const recordings = pgTable(
  "recordings",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    callId: uuid("call_id").$type<CallId>().notNull(),
    origin: text("origin").$type<"stream" | "provider">().notNull(),
    /** The provider's id of it; its copy is deleted after ours is safe. */
    providerSid: text("provider_sid"),
    status: text("status").$type<"pending" | "stored" | "failed" | "deleted">().notNull(),
    /** Path under the storage folder; null when there is no file (yet, or any more). */
    file: text("file"),
    bytes: integer("bytes"),
    durationMs: integer("duration_ms"),
    /** Two bytes (caller, assistant) per 100 ms, 0..255: the plot. */
    peaks: bytes("peaks"),
    /** When it has to be gone, here and at the provider. */
    deleteAfter: instant("delete_after").notNull(),
    deletedAt: instant("deleted_at"),
    providerDeletedAt: instant("provider_deleted_at"),
    createdAt: createdAt(),
  },
  (table) => [
    unique("recordings_tenant").on(table.businessId, table.id),
    unique("recordings_provider").on(table.providerSid),
    index("recordings_call").on(table.businessId, table.callId),
    index("recordings_due").on(table.deleteAfter).where(sql`${table.status} <> 'deleted'`),
    check("recordings_status", sql`${table.status} in ('pending', 'stored', 'failed', 'deleted')`),
    foreignKey({
      columns: [table.businessId, table.callId],
      foreignColumns: [calls.businessId, calls.id],
      name: "recordings_call_fk",
    }).onDelete("cascade"),
  ],
);
