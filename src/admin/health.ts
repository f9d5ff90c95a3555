import { desc, eq, sql } from "drizzle-orm";
import type { Tx } from "../db/client.ts";
import { jobs } from "../db/schema/job.ts";

/** What this process knows of itself. */
export interface ProcessState {
  version: string;
  liveCalls: number;
  draining: boolean;
  /** Panels that are open. */
  panels: number;
  upSeconds: number;
  memoryMb: number;
}

const deadShown = 20;

/** Work that waits, runs and was given up, with what went wrong. Runs in a system transaction. */
export async function readJobs(tx: Tx) {
  const [row] = await tx
    .select({
      waiting: sql<number>`(count(*) filter (where ${jobs.state} = 'ready' and ${jobs.runAt} <= now()))::int`,
      planned: sql<number>`(count(*) filter (where ${jobs.state} = 'ready' and ${jobs.runAt} > now()))::int`,
      running: sql<number>`(count(*) filter (where ${jobs.state} = 'busy'))::int`,
      dead: sql<number>`(count(*) filter (where ${jobs.state} = 'dead'))::int`,
      oldestWaitSeconds: sql<number>`coalesce(extract(epoch from now() - min(${jobs.runAt}) filter (
        where ${jobs.state} = 'ready' and ${jobs.runAt} <= now())), 0)::int`,
    })
    .from(jobs);
  const { id, businessId, queue, error, createdAt } = jobs;
  const givenUp = await tx
    .select({ id, businessId, queue, error, createdAt })
    .from(jobs)
    .where(eq(jobs.state, "dead"))
    .orderBy(desc(createdAt))
    .limit(deadShown);
  return { ...row!, givenUp };
}
