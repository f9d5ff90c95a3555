import { and, eq, isNull, lt, notInArray, or, type SQL, sql } from "drizzle-orm";
import { announce } from "../db/announce.ts";
import type { Database, Tx } from "../db/client.ts";
import { calls } from "../db/schema/call.ts";
import { processes } from "../db/schema/process.ts";
import { withSystem } from "../db/tenant.ts";
import { publish } from "../jobs/publish.ts";
import { enqueue } from "../jobs/queue.ts";
import { limits } from "../limits.ts";
import { callJobs } from "./after-call.ts";
import { addCallBackTask } from "./call-back-task.ts";

const patient = { deadlineMs: limits.jobQueryMs };

/**
 * Closes the calls that an earlier process of this storage folder left open when it died: they end as "lost", and their
 * callers are to be called back. Called once at start, with the moment of this start. Returns how many there were.
 */
export function closeOwnLostCalls(db: Database, owner: string, startedAt: Temporal.Instant): Promise<number> {
  const left = and(or(eq(calls.owner, owner), isNull(calls.owner)), lt(calls.startedAt, startedAt));
  return withSystem(db, (tx) => close(tx, left), patient);
}

/** The same for the calls of other processes on this database that were not seen for `limits.processLeaseMs`. */
export function closeAbandonedCalls(db: Database): Promise<number> {
  return withSystem(
    db,
    async (tx) => {
      const lease = sql`now() - make_interval(secs => ${limits.processLeaseMs / 1_000})`;
      const alive = tx.select({ id: processes.id }).from(processes).where(sql`${processes.seenAt} > ${lease}`);
      return close(tx, notInArray(calls.owner, alive));
    },
    patient,
  );
}

/** This process is alive: its open calls are not lost. */
export async function renewProcess(db: Database, id: string): Promise<void> {
  const seenAt = sql`now()`;
  const row = sql`insert into ${processes} (id, seen_at) values (${id}, ${seenAt})
    on conflict (id) do update set seen_at = ${seenAt}`;
  await withSystem(db, (tx) => tx.execute(row), patient);
}

// Whoever hung up longer ago than this has called again, or somebody else: nobody is asked to call back.
const tooLate = sql`interval '1 day'`;

async function close(tx: Tx, left: SQL | undefined): Promise<number> {
  const lost = await tx
    .update(calls)
    .set({
      endReason: "lost",
      // The provider may have told another process of the end already: it knows nothing of why.
      endedAt: sql`coalesce(${calls.endedAt}, now())`,
      durationMs: sql`coalesce(${calls.durationMs}, ${calls.billedSeconds} * 1000)`,
    })
    .where(and(isNull(calls.endReason), left))
    .returning({
      id: calls.id,
      businessId: calls.businessId,
      isOld: sql<boolean>`${calls.endedAt} < now() - ${tooLate}`,
    });
  for (const { id: callId, businessId, isOld } of lost) {
    const ctx = { businessId, actor: { kind: "system" }, tx } as const;
    if (!isOld) await addCallBackTask(ctx, callId);
    await publish(ctx, "call.ended", callId);
    await announce(tx, { businessId, type: "call", id: callId });
    await enqueue(tx, { businessId, queue: callJobs.summarise, dedupe: callId, payload: { callId } });
  }
  return lost.length;
}
