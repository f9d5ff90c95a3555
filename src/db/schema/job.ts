import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import type { BusinessId } from "../../base/ids.ts";
import { businesses } from "./business.ts";
import { createdAt, instant } from "./columns.ts";

/** `dead` = given up after its last try; kept until somebody looks at it. Done jobs are deleted. */
export type JobState = "ready" | "busy" | "dead";

/** Work that must happen, even if the process dies: see src/jobs. */
export const jobs = pgTable(
  "jobs",
  {
    id: uuid("id").primaryKey(),
    /** Null = work of the whole system. */
    businessId: uuid("business_id")
      .$type<BusinessId>()
      .references(() => businesses.id, { onDelete: "cascade" }),
    queue: text("queue").notNull(),
    /** Jobs of one lane run one after the other, in order. */
    lane: text("lane"),
    /** While a job with this key is waiting or running, the same key is not queued again. */
    dedupe: text("dedupe"),
    payload: jsonb("payload").$type<unknown>().notNull(),
    runAt: instant("run_at").notNull(),
    attempt: integer("attempt").notNull().default(0),
    maxAttempts: integer("max_attempts").notNull(),
    /** Tries that were given back because what the job needs was away. */
    waits: integer("waits").notNull().default(0),
    state: text("state").$type<JobState>().notNull().default("ready"),
    /** The process that runs it, and until when it may be believed to be alive. */
    owner: text("owner"),
    leaseUntil: instant("lease_until"),
    /** What went wrong last. */
    error: text("error"),
    createdAt: createdAt(),
  },
  (table) => [
    index("jobs_ready").on(table.runAt, table.id).where(sql`${table.state} = 'ready'`),
    index("jobs_busy").on(table.leaseUntil).where(sql`${table.state} = 'busy'`),
    index("jobs_lane").on(table.queue, table.lane, table.id).where(sql`${table.lane} is not null`),
    uniqueIndex("jobs_dedupe").on(table.queue, table.dedupe).where(sql`${table.state} <> 'dead'`),
    check("jobs_state", sql`${table.state} in ('ready', 'busy', 'dead')`),
  ],
);
