import { and, isNull, lt, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { calls } from "../db/schema/call.ts";
import { withSystem } from "../db/tenant.ts";
import { enqueue } from "../jobs/queue.ts";
import { limits } from "../limits.ts";
import { callJobs } from "./after-call.ts";
import { addCallBackTask } from "./call-back-task.ts";

/**
 * Closes the calls that an earlier process left open when it died: they end as "lost", and their callers are to be
 * called back. Called once at start, with the moment of this start. Returns how many there were.
 */
export async function closeLostCalls(db: Database, startedAt: Temporal.Instant): Promise<number> {
  return withSystem(
    db,
    async (tx) => {
      const lost = await tx
        .update(calls)
        .set({ endReason: "lost", endedAt: sql`coalesce(${calls.endedAt}, now())` })
        .where(and(isNull(calls.endReason), isNull(calls.endedAt), lt(calls.startedAt, startedAt)))
        .returning({ id: calls.id, businessId: calls.businessId });
      for (const { id: callId, businessId } of lost) {
        await addCallBackTask({ businessId, actor: { kind: "system" }, tx }, callId);
        await enqueue(tx, { businessId, queue: callJobs.summarise, dedupe: callId, payload: { callId } });
      }
      return lost.length;
    },
    { deadlineMs: limits.jobQueryMs },
  );
}
