import { index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import type { CustomerId } from "../../base/ids.ts";
import { businessId } from "./business.ts";
import { createdAt, instant } from "./columns.ts";

/** What still lies outside the database when a person's rows are gone. */
export interface ErasureTodo {
  /** Relative to the storage folder. */
  files: string[];
  /** Recordings whose own deletion, here and at the provider, is queued. */
  recordingIds: string[];
  /** Calls whose record the provider keeps. */
  callSids: string[];
  /** Messages that the provider keeps, with their files; absent in erasures from before. */
  messageSids?: string[];
  /** By what the business's own WhatsApp knows them; absent in erasures from before. */
  people?: { kind: "phone" | "lid" | "bsuid"; value: string }[];
}

/** A person who was erased (S5): the proof of it, without anything of the person. */
export const erasures = pgTable(
  "erasures",
  {
    id: uuid("id").primaryKey(),
    businessId: businessId(),
    /** Names nobody any more. */
    customerId: uuid("customer_id").$type<CustomerId>().notNull(),
    /** Emptied when it is done. */
    todo: jsonb("todo").$type<ErasureTodo>().notNull(),
    /** How many rows of each table, and files, went. */
    counts: jsonb("counts").$type<Record<string, number>>().notNull(),
    requestedByName: text("requested_by_name").notNull(),
    requestedByUserId: uuid("requested_by_user_id"),
    createdAt: createdAt(),
    /** When nothing was left: no row, no file, no copy at a provider. */
    finishedAt: instant("finished_at"),
  },
  (table) => [index("erasures_recent").on(table.businessId, table.createdAt, table.id)],
);
