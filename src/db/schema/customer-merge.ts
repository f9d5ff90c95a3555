import { foreignKey, index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import type { CustomerId } from "../../base/ids.ts";
import { businessId } from "./business.ts";
import { createdAt, instant } from "./columns.ts";
import { customers } from "./customer.ts";

/** Two customers found to be one person (A9), with all that is needed to part them again. */
export const customerMerges = pgTable(
  "customer_merges",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    keptId: uuid("kept_id").$type<CustomerId>().notNull(),
    /** Not a reference: the row is gone until the merge is undone. */
    mergedId: uuid("merged_id").$type<CustomerId>().notNull(),
    /** A `MergeRecord`: the removed rows and the ids of the moved ones. */
    record: jsonb("record").notNull(),
    proof: text("proof").notNull(),
    mergedByName: text("merged_by_name").notNull(),
    undoneAt: instant("undone_at"),
    createdAt: createdAt(),
  },
  (table) => [
    index("customer_merges_kept").on(table.businessId, table.keptId),
    foreignKey({
      columns: [table.businessId, table.keptId],
      foreignColumns: [customers.businessId, customers.id],
      name: "customer_merges_kept_fk",
    }).onDelete("cascade"),
  ],
);
