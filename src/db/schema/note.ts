import { foreignKey, index, pgTable, text, uuid } from "drizzle-orm/pg-core";
import type { CustomerId } from "../../base/ids.ts";
import { businessId } from "./business.ts";
import { createdAt, instant } from "./columns.ts";
import { customers } from "./customer.ts";
import type { AuthorKind } from "./task.ts";

/** What staff or the assistant noted about a customer. */
export const notes = pgTable(
  "notes",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    customerId: uuid("customer_id").$type<CustomerId>().notNull(),
    body: text("body").notNull(),
    createdBy: text("created_by").$type<AuthorKind>().notNull(),
    createdByUserId: uuid("created_by_user_id"),
    authorName: text("author_name").notNull(),
    createdAt: createdAt(),
    /** Null until somebody changed it. */
    editedAt: instant("edited_at"),
  },
  (table) => [
    index("notes_customer").on(table.businessId, table.customerId, table.createdAt),
    foreignKey({
      columns: [table.businessId, table.customerId],
      foreignColumns: [customers.businessId, customers.id],
      name: "notes_customer_fk",
    }).onDelete("cascade"),
  ],
);
