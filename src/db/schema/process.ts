import { pgTable, text } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

/** The processes that share this database. One that was not seen for a while is dead, and what it owned is nobody's. */
export const processes = pgTable("processes", {
  /** The same for every process of one storage folder: they follow each other, never run at once. */
  id: text("id").primaryKey(),
  seenAt: instant("seen_at").notNull(),
});
