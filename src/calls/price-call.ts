import { eq } from "drizzle-orm";
import type { CallId } from "../base/ids.ts";
import type { Tx } from "../db/client.ts";
import { calls } from "../db/schema/call.ts";
import { usage } from "../db/schema/usage.ts";
import { costOf } from "../usage/cost.ts";

/** Works out what a call cost from all that is written down about it so far. Done again whenever more is known. */
export async function priceCall(tx: Tx, callId: CallId, usdIlsRate: number): Promise<void> {
  const [[call], consumed] = await Promise.all([
    tx.select({ startedAt: calls.startedAt }).from(calls).where(eq(calls.id, callId)),
    tx.select().from(usage).where(eq(usage.callId, callId)),
  ]);
  if (!call) return;
  const { agorot } = costOf(consumed, { usdIlsRate, day: call.startedAt.toString().slice(0, 10) });
  await tx.update(calls).set({ costAgorot: agorot }).where(eq(calls.id, callId));
}
