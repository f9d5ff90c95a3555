import { foreignKey, index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import type { CustomerId } from "../../base/ids.ts";
import { businessId } from "./business.ts";
import { createdAt, updatedAt } from "./columns.ts";
import { customers } from "./customer.ts";
import { leadStatuses } from "./lead-status.ts";

export type LeadSource = "call" | "whatsapp" | "staff" | "import";

/** A customer as the business's sales opportunity: one per customer. */
export const leads = pgTable(
  "leads",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    customerId: uuid("customer_id").$type<CustomerId>().notNull(),
    /** Key of one of the business's lead statuses. */
    status: text("status").notNull().default("new"),
    source: text("source").$type<LeadSource>().notNull(),
    name: text("name"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique("leads_tenant").on(table.businessId, table.id),
    unique("leads_customer").on(table.businessId, table.customerId),
    index("leads_recent").on(table.businessId, table.createdAt),
    foreignKey({
      columns: [table.businessId, table.customerId],
      foreignColumns: [customers.businessId, customers.id],
      name: "leads_customer_fk",
    }).onDelete("cascade"),
    foreignKey({
      columns: [table.businessId, table.status],
      foreignColumns: [leadStatuses.businessId, leadStatuses.key],
      name: "leads_status_fk",
    }),
    index("leads_status").on(table.businessId, table.status, table.createdAt),
  ],
);
