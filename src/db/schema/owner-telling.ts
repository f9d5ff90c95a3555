import { boolean, index, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import type { Phone } from "../../base/phone.ts";
import { businessId } from "./business.ts";
import { instant, updatedAt } from "./columns.ts";

/** How the owner hears of what waits, besides the devices that asked for it. */
export type OwnerPath = "whatsapp" | "mail";

/** Where the owner of a business is told with the panel closed (O7). No row = nowhere. */
export const ownerPaths = pgTable("owner_paths", {
  businessId: businessId().primaryKey(),
  whatsapp: text("whatsapp").$type<Phone>(),
  mail: text("mail"),
  /** Only what waits for a person or is broken; false = every line behind the bell. */
  urgentOnly: boolean("urgent_only").notNull().default(true),
  updatedAt: updatedAt(),
});

/** What went that way in the last days, and what became of it: each line once, and so many an hour. */
export const ownerTellings = pgTable(
  "owner_tellings",
  {
    businessId: businessId(),
    /** The notification's; of a test its own. */
    lineId: uuid("line_id").notNull(),
    path: text("path").$type<OwnerPath>().notNull(),
    /** Stable code: `sent`, `sending`, or why not. */
    outcome: text("outcome").notNull(),
    at: instant("at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.businessId, table.lineId, table.path] }),
    index("owner_tellings_recent").on(table.businessId, table.path, table.at),
  ],
);
