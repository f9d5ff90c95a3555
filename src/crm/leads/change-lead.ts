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
  await audit(ctx, { action: "lead.change", subject: `lead:${leadId}`, detail: { fields: fieldsOf(change) } });
  await announce(ctx.tx, { businessId: ctx.businessId, type: "lead", id: leadId });
  await publish(ctx, "lead.changed", leadId);
  return readLead(ctx, leadId);
}

/** What may change of many leads at once: never a name. */
export type ManyChange = Omit<LeadChange, "name">;

/** What became of each: those that were not there (erased, another business's) stop none of the others. */
export interface ManyChanged {
  changed: string[];
  missing: string[];
}

/**
 * Changes what is given of many leads, in the transaction of `ctx`.
 * @throws AppError "invalid" for an unknown status or colleague, "not_found" when none of the leads is there.
 */
export async function changeLeads(ctx: Ctx, leadIds: readonly string[], change: ManyChange): Promise<ManyChanged> {
  const { source, assigneeUserId } = change;
  const status = change.status === undefined ? undefined : (await requireLeadStatus(ctx, change.status)).key;
  await requireColleague(ctx, assigneeUserId);
  const ids = [...new Set(leadIds)];
  const rows = await ctx.tx
    .update(leads)
    .set({ status, source, assigneeUserId, updatedAt: sql`now()` })
    .where(isOneOf(ctx, ids))
    .returning({ id: leads.id });
  if (rows.length === 0) throw new AppError("not_found", "no such lead");
  const fields = fieldsOf(change);
  for (const { id } of rows) {
    await audit(ctx, { action: "lead.change", subject: `lead:${id}`, detail: { fields, together: rows.length } });
    await announce(ctx.tx, { businessId: ctx.businessId, type: "lead", id });
    await publish(ctx, "lead.changed", id);
  }
  const changed = new Set(rows.map(({ id }) => id));
  return { changed: [...changed], missing: ids.filter((id) => !changed.has(id)) };
}

const fieldsOf = (change: LeadChange): string =>
  Object.entries(change)
    .flatMap(([field, value]) => (value === undefined ? [] : [field]))
    .join(" ");

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
