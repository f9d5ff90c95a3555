import { and, eq } from "drizzle-orm";
import type { UserId } from "../../base/ids.ts";
import type { Phone } from "../../base/phone.ts";
import { announce } from "../../db/announce.ts";
import { type LeadSource, leads } from "../../db/schema/lead.ts";
import { audit } from "../../tenants/audit.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { identifyCustomer } from "../customers/identify.ts";
import { renameCustomer } from "../customers/rename.ts";
import { addNote } from "../notes/add-note.ts";
import { changeLead } from "./change-lead.ts";
import { type LeadRow, readLead } from "./list-leads.ts";

export interface NewLead {
  name?: string | undefined;
  /** Whoever has this number already is the customer: no second one is made. */
  phone?: Phone | undefined;
  source: LeadSource;
  status?: string | undefined;
  assigneeUserId?: UserId | undefined;
  note?: string | undefined;
}

/** A lead that staff write down themselves. A known number's lead is completed instead, never emptied. @throws as `changeLead`. */
export async function addLead(ctx: Ctx, input: NewLead): Promise<{ lead: LeadRow; isNew: boolean }> {
  const identity = input.phone === undefined ? null : { kind: "phone" as const, value: input.phone };
  const { customerId, isNew } = await identifyCustomer(ctx, identity, input.source);
  if (input.name !== undefined) await renameCustomer(ctx, customerId, input.name);
  const [row] = await ctx.tx
    .select({ id: leads.id })
    .from(leads)
    .where(and(eq(leads.businessId, ctx.businessId), eq(leads.customerId, customerId)));
  const leadId = row!.id;
  const { status, assigneeUserId, note } = input;
  if (status !== undefined || assigneeUserId !== undefined) await changeLead(ctx, leadId, { status, assigneeUserId });
  if (note !== undefined) await addNote(ctx, { customerId, body: note });
  if (isNew) await audit(ctx, { action: "lead.add", subject: `lead:${leadId}` });
  await announce(ctx.tx, { businessId: ctx.businessId, type: "lead", id: leadId });
  return { lead: await readLead(ctx, leadId), isNew };
}
