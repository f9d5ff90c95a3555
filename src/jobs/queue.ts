import { sql } from "drizzle-orm";
import { type BusinessId, newId } from "../base/ids.ts";
import type { Tx } from "../db/client.ts";
import { jobs } from "../db/schema/job.ts";

export interface NewJob {
  /** Whose work it is; absent = the whole system's (only inside `withSystem`). */
  businessId?: BusinessId;
  /** Names the handler. */
  queue: string;
  /** Jobs of one queue and lane run one after the other, in the order in which they were added. */
  lane?: string;
  /** While a job with this key waits or runs in the queue, adding it again does nothing. */
  dedupe?: string;
  payload: unknown;
  /** Not before. Default: at once. */
  runAt?: Temporal.Instant;
  /** Tries before the job is given up as dead. Default: 5. */
  maxAttempts?: number;
}

/**
 * Adds a job in the caller's transaction: it exists if and only if that commits. Runs at least once, so handlers
 * are idempotent. False when `dedupe` found it there already.
 */
export async function enqueue(tx: Tx, job: NewJob): Promise<boolean> {
  const added = await tx
    .insert(jobs)
    .values({
      id: newId(),
      businessId: job.businessId ?? null,
      queue: job.queue,
      lane: job.lane ?? null,
      dedupe: job.dedupe ?? null,
      payload: job.payload,
      runAt: job.runAt ?? sql`now()`,
      maxAttempts: job.maxAttempts ?? 5,
    })
    .onConflictDoNothing()
    .returning({ id: jobs.id });
  return added.length > 0;
}
