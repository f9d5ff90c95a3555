import { sql } from "drizzle-orm";
import { boolean, check, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { businessId } from "./business.ts";
import { createdAt } from "./columns.ts";

/** The steps that a business takes its leads through (C2). Every business has "new": there leads begin. */
export const leadStatuses = pgTable(
  "lead_statuses",
  {
    businessId: businessId(),
    /** What a lead stores; stays the same when the label changes. */
    key: text("key").notNull(),
    label: text("label").notNull(),
    /** Colour on the board, in degrees of the colour wheel. */
    hue: integer("hue").notNull(),
    position: integer("position").notNull(),
    /** True where nothing more is to be done with a lead. */
    closed: boolean("closed").notNull().default(false),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.businessId, table.key] }),
    check("lead_statuses_key", sql`char_length(${table.key}) between 1 and 40`),
    check("lead_statuses_hue", sql`${table.hue} between 0 and 359`),
  ],
);
