import { and, eq } from "drizzle-orm";
import type { CallId } from "../base/ids.ts";
import { calls } from "../db/schema/call.ts";
import { usage } from "../db/schema/usage.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { costOf } from "../usage/cost.ts";

/** Works out what a call cost from all that is written down about it so far. Done again whenever more is known. */
export async function priceCall(
  { tx, businessId }: Pick<Ctx, "tx" | "businessId">,
  callId: CallId,
  usdIlsRate: number,
): Promise<void> {
  const mine = and(eq(calls.businessId, businessId), eq(calls.id, callId));
  const [[call], consumed] = await Promise.all([
    tx.select({ startedAt: calls.startedAt }).from(calls).where(mine),
    tx
      .select()
      .from(usage)
      .where(and(eq(usage.businessId, businessId), eq(usage.callId, callId))),
  ]);
  if (!call) return;
  const { agorot } = costOf(consumed, { usdIlsRate, day: call.startedAt.toString().slice(0, 10) });
  await tx.update(calls).set({ costAgorot: agorot }).where(mine);
}
