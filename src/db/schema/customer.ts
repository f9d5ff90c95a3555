import { foreignKey, index, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import type { BusinessId, CustomerId } from "../../base/ids.ts";
import { businessId } from "./business.ts";
import { createdAt, textC, updatedAt } from "./columns.ts";
import type { AuthorKind } from "./task.ts";

/** A person who called or wrote. One person may have many identities (A9). */
export const customers = pgTable(
  "customers",
  {
    id: uuid("id").$type<CustomerId>().primaryKey(),
    businessId: businessId(),
    name: text("name"),
    /** Who wrote the name: what staff wrote, the assistant leaves alone. Null when it is not known. */
    namedBy: text("named_by").$type<AuthorKind>(),
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

/**
 * Words and digits by which a customer is found: of the name, the identities and the notes, kept by triggers (the
 * migration `crm_search`). Prefixes of a word are a range of this b-tree; row-level security lets no index be used for
 * LIKE, trigrams or full text, since their functions are not leakproof.
 */
export const customerTerms = pgTable(
  "customer_terms",
  {
    /** No reference of its own: the customer's row says whose it is. */
    businessId: uuid("business_id").$type<BusinessId>().notNull(),
    customerId: uuid("customer_id").$type<CustomerId>().notNull(),
    /** Byte order, whatever the database's language: a prefix is everything from it to it with the last character. */
    term: textC("term").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.customerId, table.term] }),
    index("customer_terms_term").on(table.businessId, table.term, table.customerId),
    foreignKey({
      columns: [table.businessId, table.customerId],
      foreignColumns: [customers.businessId, customers.id],
      name: "customer_terms_customer_fk",
    }).onDelete("cascade"),
  ],
);
