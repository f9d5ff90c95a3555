import { sql } from "drizzle-orm";
import { customType } from "drizzle-orm/pg-core";

/** An instant, as `Temporal.Instant` on our side (microseconds in the database). */
export const instant = customType<{ data: Temporal.Instant; driverData: string }>({
  dataType: () => "timestamp with time zone",
  toDriver: (value) => value.toString(),
  fromDriver: (text) => Temporal.Instant.from(text),
});

/** Bytes that stay small (detector traces, peaks); audio is a file. */
export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });

/** Text that is compared by its bytes. */
export const textC = customType<{ data: string; driverData: string }>({ dataType: () => 'text collate "C"' });

export const createdAt = () => instant("created_at").notNull().default(sql`now()`);
export const updatedAt = () => instant("updated_at").notNull().default(sql`now()`);
