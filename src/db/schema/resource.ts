import { boolean, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import { businessId } from "./business.ts";
import { createdAt } from "./columns.ts";

/** Who or what is booked: a member of staff, a room, a chair. Every business has at least one. */
export const resources = pgTable(
  "resources",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    name: text("name").notNull(),
    active: boolean("active").notNull().default(true),
    /** Order in which free resources are taken. */
    position: integer("position").notNull().default(0),
    createdAt: createdAt(),
  },
  (table) => [unique("resources_tenant").on(table.businessId, table.id)],
);
