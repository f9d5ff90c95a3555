import { index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import type { Phone } from "../../base/phone.ts";
import { businessId } from "./business.ts";
import { createdAt, instant } from "./columns.ts";

/** Calls that read a code to the number calls are to be handed to (K16). Rows of the last day are the day's count. */
export const transferChecks = pgTable(
  "transfer_checks",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    phone: text("phone").$type<Phone>().notNull(),
    /** HMAC under the installation's secret: six digits under a bare hash are no secret. */
    codeHash: text("code_hash").notNull(),
    /** Codes that were typed so far, right or wrong. */
    tries: integer("tries").notNull().default(0),
    expiresAt: instant("expires_at").notNull(),
    createdAt: createdAt(),
  },
  (table) => [index("transfer_checks_business").on(table.businessId, table.createdAt)],
);
