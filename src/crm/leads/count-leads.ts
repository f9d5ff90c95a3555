import { count } from "drizzle-orm";
import { leads } from "../../db/schema/lead.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { fewOf, type LeadFilter, matches } from "./list-leads.ts";
import { type LeadStatus, listLeadStatuses } from "./statuses.ts";

export type StatusCount = LeadStatus & { count: number };

/** How many leads stand in each status of the board, empty ones included, in the board's order. */
export async function countLeads(ctx: Ctx, filter: Omit<LeadFilter, "status">): Promise<StatusCount[]> {
  const statuses = await listLeadStatuses(ctx);
  const rows = await ctx.tx
    .select({ status: leads.status, count: count() })
    .from(leads)
    .where(matches(ctx, { ...filter, few: await fewOf(ctx, filter.q) }))
    .groupBy(leads.status);
  const counted = new Map(rows.map((row) => [row.status, row.count]));
  return statuses.map((status) => ({ ...status, count: counted.get(status.key) ?? 0 }));
}
