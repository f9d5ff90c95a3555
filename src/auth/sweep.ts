import { lt, or } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { accountLinks, sessions, throttles } from "../db/schema/user.ts";
import { withSystem } from "../db/tenant.ts";
import { idleSince } from "./sessions.ts";
import { windowBegan } from "./throttle.ts";

/** Removes sessions, links and counted attempts whose time is over. */
export async function sweepAccounts(db: Database, now: Temporal.Instant): Promise<void> {
  await withSystem(db, async (tx) => {
    await tx.delete(sessions).where(or(lt(sessions.expiresAt, now), lt(sessions.seenAt, idleSince(now))));
    await tx.delete(accountLinks).where(lt(accountLinks.expiresAt, now));
    await tx.delete(throttles).where(lt(throttles.since, windowBegan(now)));
  });
}
