import { foreignKey, index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import type { CustomerId } from "../../base/ids.ts";
import { businessId } from "./business.ts";
import { createdAt, updatedAt } from "./columns.ts";

/** A person who called or wrote. One person may have many identities (A9). */
export const customers = pgTable(
  "customers",
  {
    id: uuid("id").$type<CustomerId>().primaryKey(),
    businessId: businessId(),
    name: text("name"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique("customers_tenant").on(table.businessId, table.id),
    index("customers_recent").on(table.businessId, table.createdAt),
  ],
);

/**
 * `phone` is E.164; `lid` and `bsuid` are WhatsApp's ids of people who hide their number; `staff` is a user who tries the
 * assistant from the panel.
 */
export type IdentityKind = "phone" | "lid" | "bsuid" | "staff";

/** By what a customer is recognised. Within a business an identity belongs to one customer. */
export const customerIdentities = pgTable(
  "customer_identities",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    customerId: uuid("customer_id").$type<CustomerId>().notNull(),
    kind: text("kind").$type<IdentityKind>().notNull(),
    value: text("value").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    unique("customer_identities_tenant").on(table.businessId, table.id),
    unique("customer_identities_value").on(table.businessId, table.kind, table.value),
    index("customer_identities_customer").on(table.businessId, table.customerId),
    foreignKey({
      columns: [table.businessId, table.customerId],
      foreignColumns: [customers.businessId, customers.id],
      name: "customer_identities_customer_fk",
    }).onDelete("cascade"),
  ],
);
