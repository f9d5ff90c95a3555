import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../../base/errors.ts";
import { leads } from "../../db/schema/lead.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { requireLeadStatus } from "./statuses.ts";

/** Moves a lead to one of the business's statuses, by its key. @throws AppError "invalid", "not_found". */
export async function setLeadStatus(ctx: Ctx, leadId: string, status: string): Promise<void> {
  const { key } = await requireLeadStatus(ctx, status);
  const changed = await ctx.tx
    .update(leads)
    .set({ status: key, updatedAt: sql`now()` })
    .where(and(eq(leads.businessId, ctx.businessId), eq(leads.id, leadId)))
    .returning({ id: leads.id });
  if (changed.length === 0) throw new AppError("not_found", "no such lead");
}
