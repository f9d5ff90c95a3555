import { and, eq, lt } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { meetings, pendingSlots } from "../db/schema/meeting.ts";
import { withSystem } from "../db/tenant.ts";

/** Long after any clock can disagree about it. */
const keptHours = 24;

/**
 * Removes what unfinished talks left behind in all businesses: holds and pending slots that expired a day ago. They
 * count for nothing before that; this only keeps the tables small.
 */
export function sweepCalendar(db: Database, now: Temporal.Instant): Promise<void> {
  const before = now.subtract({ hours: keptHours });
  return withSystem(db, async (tx) => {
    await tx.delete(meetings).where(and(eq(meetings.status, "held"), lt(meetings.holdExpiresAt, before)));
    await tx.delete(pendingSlots).where(lt(pendingSlots.expiresAt, before));
  });
}
