import { sql } from "drizzle-orm";
import { foreignKey, index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import type { CustomerId, UserId } from "../../base/ids.ts";
import { businessId } from "./business.ts";
import { createdAt, instant, updatedAt } from "./columns.ts";
import { customers } from "./customer.ts";
import { leadStatuses } from "./lead-status.ts";

/** Where a lead came from: how it reached us, or what staff were told. */
export const leadSources = ["call", "whatsapp", "staff", "import", "website", "campaign", "referral", "other"] as const;
export type LeadSource = (typeof leadSources)[number];

/** A customer as the business's sales opportunity: one per customer. Archived ones are out of sight until they call again. */
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
    /** Who of the business looks after it. */
    assigneeUserId: uuid("assignee_user_id").$type<UserId>(),
    archivedAt: instant("archived_at"),
    /** When the customer was last heard of, or the business last did something for them. */
    activeAt: instant("active_at").notNull().default(sql`now()`),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    unique("leads_tenant").on(table.businessId, table.id),
    unique("leads_customer").on(table.businessId, table.customerId),
    index("leads_recent").on(table.businessId, table.createdAt, table.id).where(sql`${table.archivedAt} is null`),
    index("leads_active").on(table.businessId, table.activeAt, table.id).where(sql`${table.archivedAt} is null`),
    index("leads_archived").on(table.businessId, table.createdAt, table.id).where(sql`${table.archivedAt} is not null`),
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
    index("leads_status")
      .on(table.businessId, table.status, table.createdAt, table.id)
      .where(sql`${table.archivedAt} is null`),
  ],
);
