import type { Clock, Timer } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { oneAtATime } from "../base/one-at-a-time.ts";
import type { Database } from "../db/client.ts";
import { withTenant } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import { notify } from "../notify/create.ts";
import type { BusinessProfile } from "../tenants/directory.ts";
import { usageReport } from "../usage/report.ts";

export interface BudgetDeps {
  db: Database;
  clock: Clock;
  log: Log;
  usdIlsRate: number;
  /** All active businesses, from memory. */
  profiles(): readonly BusinessProfile[];
}

/** Which businesses have used up what their owner allows for a day (K16, K21). */
export interface Budget {
  /** At once, from memory: a call never waits for a sum. */
  isSpent(businessId: BusinessId): boolean;
  /** Adds up again; whoever asks meanwhile waits for the same sums. What cannot be read keeps its last answer. */
  refresh(): Promise<void>;
  stop(): void;
}

/** Looks every `limits.budgetPollMs`; the day is the business's own, and with it the budget begins anew. */
export function createBudget(deps: BudgetDeps): Budget {
  const { clock, log } = deps;
  let spent = new Set<BusinessId>();
  // A slow database is not asked for more before it has answered.
  const refresh = oneAtATime(async () => {
    const next = new Set<BusinessId>();
    for (const profile of deps.profiles()) {
      if (profile.dailyCapAgorot === null) continue;
      const isOver = await isOverCap(deps, profile, profile.dailyCapAgorot).catch((error: unknown) => {
        log.warn("APP", "a budget could not be read", { biz: profile.id, error: describeError(error) });
        return spent.has(profile.id);
      });
      if (isOver) next.add(profile.id);
    }
    spent = next;
  });
  const timer: Timer = clock.every(limits.budgetPollMs, () => void refresh());
  return { isSpent: (id) => spent.has(id), refresh, stop: () => timer.cancel() };
}

async function isOverCap(
  { db, clock, usdIlsRate }: BudgetDeps,
  profile: BusinessProfile,
  cap: number,
): Promise<boolean> {
  const { id: businessId, timezone } = profile;
  const before = clock.instant();
  const today = before.toZonedDateTimeISO(timezone).startOfDay();
  return withTenant(
    db,
    businessId,
    async (tx) => {
      const { total } = await usageReport({ tx, businessId }, "day", { from: today.toInstant(), before }, usdIlsRate);
      if (total.costAgorot < cap) return false;
      const subject = `budget:${today.toPlainDate()}`; // once a day
      await notify({ businessId, actor: { kind: "system" }, tx }, { kind: "budget_spent", title: "", subject });
      return true;
    },
    { deadlineMs: limits.jobQueryMs },
  );
}
