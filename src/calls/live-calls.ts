import { and, eq, inArray } from "drizzle-orm";
import type { BusinessId } from "../base/ids.ts";
import { localTime } from "../base/local-time.ts";
import { calls } from "../db/schema/call.ts";
import { customers } from "../db/schema/customer.ts";
import type { CallGlance } from "../live-call/glance.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { zoneOf } from "../tenants/zone.ts";

/** The calls of this process that are going on. */
export interface LiveCalls {
  glance(businessId: BusinessId): CallGlance[];
}

/** Live calls with who is calling, as far as the log knows it already; oldest first. */
export async function listLive(ctx: Ctx, seen: readonly CallGlance[]) {
  if (seen.length === 0) return [];
  const zone = await zoneOf(ctx);
  const callers = await ctx.tx
    .select({ id: calls.id, customerId: calls.customerId, name: customers.name })
    .from(calls)
    .leftJoin(customers, and(eq(customers.businessId, calls.businessId), eq(customers.id, calls.customerId)))
    .where(
      and(
        eq(calls.businessId, ctx.businessId),
        inArray(
          calls.id,
          seen.map(({ callId }) => callId),
        ),
      ),
    );
  const known = new Map(callers.map((caller) => [caller.id, caller]));
  return seen.map(({ callId, from, startedAt, phase, speaking }) => ({
    id: callId,
    from: from || null,
    startedAt,
    startedLocal: localTime(startedAt, zone),
    phase,
    speaking,
    customerId: known.get(callId)?.customerId ?? null,
    customerName: known.get(callId)?.name ?? null,
  }));
}
