import { and, eq, inArray, sql } from "drizzle-orm";
import { AppError } from "../../base/errors.ts";
import type { UserId } from "../../base/ids.ts";
import { announce } from "../../db/announce.ts";
import { type LeadSource, leads } from "../../db/schema/lead.ts";
import { publish } from "../../jobs/publish.ts";
import { audit } from "../../tenants/audit.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { renameCustomer } from "../customers/rename.ts";
import { requireColleague } from "../require-colleague.ts";
import { type LeadRow, readLead } from "./list-leads.ts";
import { requireLeadStatus } from "./statuses.ts";

export interface LeadChange {
  /** Null takes the name away. */
  name?: string | null | undefined;
  status?: string | undefined;
  source?: LeadSource | undefined;
  assigneeUserId?: UserId | null | undefined;
}

/** Changes what is given of a lead. @throws AppError "not_found", "invalid" for an unknown status. */
export async function changeLead(ctx: Ctx, leadId: string, change: LeadChange): Promise<LeadRow> {
  const { name, status, source, assigneeUserId } = change;
  if (status !== undefined) await requireLeadStatus(ctx, status);
  await requireColleague(ctx, assigneeUserId);
  const [lead] = await ctx.tx
    .update(leads)
    .set({ status, source, assigneeUserId, updatedAt: sql`now()` })
    .where(isOneOf(ctx, [leadId]))
    .returning({ customerId: leads.customerId });
  if (lead === undefined) throw new AppError("not_found", "no such lead");
  if (name !== undefined) await renameCustomer(ctx, lead.customerId, name);
  const fields = Object.entries(change).flatMap(([field, value]) => (value === undefined ? [] : [field]));
  await audit(ctx, { action: "lead.change", subject: `lead:${leadId}`, detail: { fields: fields.join(" ") } });
  await announce(ctx.tx, { businessId: ctx.businessId, type: "lead", id: leadId });
  await publish(ctx, "lead.changed", leadId);
  return readLead(ctx, leadId);
}

/**
 * Moves leads to one of the business's statuses, by its key: all of them or none.
 * @throws AppError "invalid" for an unknown status, "not_found" when one of the leads is not there.
 */
export async function setLeadStatus(ctx: Ctx, leadIds: readonly string[], status: string): Promise<void> {
  const { key } = await requireLeadStatus(ctx, status);
  const ids = [...new Set(leadIds)];
  const changed = await ctx.tx
    .update(leads)
    .set({ status: key, updatedAt: sql`now()` })
    .where(isOneOf(ctx, ids))
    .returning({ id: leads.id });
  if (changed.length < ids.length) throw new AppError("not_found", "no such lead");
  for (const { id } of changed) {
    await audit(ctx, { action: "lead.status", subject: `lead:${id}`, detail: { status: key } });
    await announce(ctx.tx, { businessId: ctx.businessId, type: "lead", id });
    await publish(ctx, "lead.changed", id);
  }
}

/** Puts a lead away, out of every list but the archive's, or takes it back. @throws AppError "not_found". */
export async function archiveLead(ctx: Ctx, leadId: string, archived: boolean): Promise<void> {
  const changed = await ctx.tx
    .update(leads)
    .set({ archivedAt: archived ? sql`coalesce(${leads.archivedAt}, now())` : null, updatedAt: sql`now()` })
    .where(isOneOf(ctx, [leadId]))
    .returning({ id: leads.id });
  if (changed.length === 0) throw new AppError("not_found", "no such lead");
  await audit(ctx, { action: archived ? "lead.archive" : "lead.restore", subject: `lead:${leadId}` });
  await announce(ctx.tx, { businessId: ctx.businessId, type: "lead", id: leadId });
  await publish(ctx, "lead.changed", leadId);
}

const isOneOf = (ctx: Ctx, ids: readonly string[]) =>
  and(eq(leads.businessId, ctx.businessId), inArray(leads.id, [...ids]));
