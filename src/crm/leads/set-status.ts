import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../../base/errors.ts";
import { leads } from "../../db/schema/lead.ts";
import type { Ctx } from "../../tenants/ctx.ts";

/** Moves a lead to one of the business's statuses. @throws AppError "invalid", "not_found". */
export async function setLeadStatus(ctx: Ctx, leadId: string, status: string): Promise<void> {
  const key = status.trim();
  if (key === "" || key.length > 40) throw new AppError("invalid", "a status has 1 to 40 characters");
  const changed = await ctx.tx
    .update(leads)
    .set({ status: key, updatedAt: sql`now()` })
    .where(and(eq(leads.businessId, ctx.businessId), eq(leads.id, leadId)))
    .returning({ id: leads.id });
  if (changed.length === 0) throw new AppError("not_found", "no such lead");
}
