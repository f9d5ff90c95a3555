import { and, eq, getTableColumns, sql } from "drizzle-orm";
import type { CallId } from "../base/ids.ts";
import { calls } from "../db/schema/call.ts";
import { usage } from "../db/schema/usage.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { costOf } from "../usage/cost.ts";

/**
 * Works out what calls cost from all that is written down about them so far. Done again whenever more is known.
 * One reading and one writing however many they are: calls that end together are many on a busy morning.
 */
export async function priceCalls(
  { tx, businessId }: Pick<Ctx, "tx" | "businessId">,
  callIds: readonly CallId[],
  usdIlsRate: number,
): Promise<void> {
  if (callIds.length === 0) return;
  const wanted = sql`(select json_array_elements_text(${JSON.stringify(callIds)}::json)::uuid)`;
  const consumed = await tx
    .select({ ...getTableColumns(usage), callId: calls.id, startedAt: calls.startedAt })
    .from(usage)
    .innerJoin(calls, and(eq(calls.businessId, usage.businessId), eq(calls.id, usage.callId)))
    .where(and(eq(usage.businessId, businessId), sql`${usage.callId} in ${wanted}`));
  const byCall = Map.groupBy(consumed, ({ callId }) => callId);
  const costs = callIds.map((id) => {
    const own = byCall.get(id) ?? [];
    const day = own[0]?.startedAt.toString().slice(0, 10) ?? ""; // without a day nothing was consumed, and nothing costs nothing
    return { id, agorot: costOf(own, { usdIlsRate, day }).agorot };
  });
  await tx
    .update(calls)
    .set({ costAgorot: sql`priced.agorot` })
    .from(sql`json_to_recordset(${JSON.stringify(costs)}::json) as priced(id uuid, agorot int)`)
    .where(and(eq(calls.businessId, businessId), sql`${calls.id} = priced.id`));
}
