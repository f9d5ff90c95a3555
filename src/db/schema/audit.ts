import { index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import type { BusinessId } from "../../base/ids.ts";
import { businesses } from "./business.ts";
import { createdAt } from "./columns.ts";

/** Who did what that somebody may ask about one day. Rows are never changed. */
export const auditLog = pgTable(
  "audit_log",
  {
    id: uuid("id").primaryKey(),
    /** Null = an act on the whole installation, such as a login. */
    businessId: uuid("business_id")
      .$type<BusinessId>()
      .references(() => businesses.id, { onDelete: "cascade" }),
    /** No reference: the row outlives the user. */
    userId: uuid("user_id"),
    actorName: text("actor_name").notNull(),
    /** `area.verb`, e.g. `impersonation.start`. */
    action: text("action").notNull(),
    /** What it was done to, e.g. `customer:<id>`. */
    subject: text("subject").notNull(),
    /** Ids, names of fields, counts: never contents of messages, secrets or passwords. */
    detail: jsonb("detail").$type<Record<string, string | number | boolean | null>>().notNull(),
    requestId: text("request_id"),
    createdAt: createdAt(),
  },
  (table) => [
    index("audit_log_business").on(table.businessId, table.createdAt, table.id),
    index("audit_log_recent").on(table.createdAt, table.id),
  ],
);
