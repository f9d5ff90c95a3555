import { createHash } from "node:crypto";
import { eq, sql } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import type { Database } from "../db/client.ts";
import { throttles } from "../db/schema/user.ts";
import { withSystem } from "../db/tenant.ts";
import { limits } from "../limits.ts";

/** What is counted, for whom, and how often it may be tried in `limits.loginWindowMs`. */
export interface Attempt {
  /** Kind and name, e.g. `account dana@example.com`. Kept as a hash. */
  what: string;
  max: number;
}

const keyFor = (what: string): string => createHash("sha256").update(what).digest("base64url");
/** Windows that began before this are over. */
export const windowBegan = (now: Temporal.Instant): Temporal.Instant =>
  now.subtract({ milliseconds: limits.loginWindowMs });

/**
 * Counts the attempts before they are made, so that many at once cannot slip through; for all processes together.
 * @throws AppError "rate_limited" when one of them has been tried too often.
 */
export async function countAttempts(db: Database, attempts: readonly Attempt[], now: Temporal.Instant): Promise<void> {
  // In one order everywhere: two requests about the same keys wait for each other and never in a circle.
  const sorted = attempts.map(({ what, max }) => ({ key: keyFor(what), max })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const over = await withSystem(db, async (tx) => {
    let retryAt: Temporal.Instant | null = null;
    for (const { key, max } of sorted) {
      const isOld = sql`${throttles.since} <= ${windowBegan(now).toString()}::timestamptz`;
      const [row] = await tx
        .insert(throttles)
        .values({ key, since: now, count: 1 })
        .onConflictDoUpdate({
          target: throttles.key,
          set: {
            since: sql`case when ${isOld} then excluded.since else ${throttles.since} end`,
            count: sql`case when ${isOld} then 1 else ${throttles.count} + 1 end`,
          },
        })
        .returning({ since: throttles.since, count: throttles.count });
      if (row && row.count > max) retryAt = row.since.add({ milliseconds: limits.loginWindowMs });
    }
    return retryAt as Temporal.Instant | null;
  });
  if (over === null) return;
  const retryAfterSeconds = Math.max(1, Math.ceil(now.until(over).total("seconds")));
  throw new AppError("rate_limited", "tried too often", { retryAfterSeconds });
}

/** It went well: the account's attempts are forgotten, and this one does not count against the others' address. */
export async function forgetAttempts(db: Database, forgotten: string, refunded?: string | null): Promise<void> {
  await withSystem(db, async (tx) => {
    await tx.delete(throttles).where(eq(throttles.key, keyFor(forgotten)));
    if (refunded)
      await tx
        .update(throttles)
        .set({ count: sql`greatest(${throttles.count} - 1, 0)` })
        .where(eq(throttles.key, keyFor(refunded)));
  });
}
