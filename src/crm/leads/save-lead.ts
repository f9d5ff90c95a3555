import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../../base/errors.ts";
import { type CustomerId, newId } from "../../base/ids.ts";
import { announce } from "../../db/announce.ts";
import { type LeadSource, leads } from "../../db/schema/lead.ts";
import { notes } from "../../db/schema/note.ts";
import { publish } from "../../jobs/publish.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { nameChars, renameCustomer } from "../customers/rename.ts";
import { addNote } from "../notes/add-note.ts";

export interface SaveLead {
  customerId: CustomerId;
  source: LeadSource;
  name?: string;
  /** What the customer is interested in; kept as a note. */
  interest?: string;
}

export type Lead = typeof leads.$inferSelect;

/** What became known of a customer during a conversation. One lead per customer; a new fact adds, it never erases. */
export async function saveLead(ctx: Ctx, input: SaveLead): Promise<Lead> {
  const name = input.name?.trim().slice(0, nameChars) || null;
  const isNamed = name !== null && (await renameCustomer(ctx, input.customerId, name));
  const now = sql`now()`;
  const id = newId();
  const [before] = await ctx.tx
    .select({ archivedAt: leads.archivedAt })
    .from(leads)
    .where(and(eq(leads.businessId, ctx.businessId), eq(leads.customerId, input.customerId)))
    .for("update");
  const [lead] = await ctx.tx
    .insert(leads)
    .values({
      id,
      businessId: ctx.businessId,
      customerId: input.customerId,
      source: input.source,
      name: isNamed ? name : null,
    })
    .onConflictDoUpdate({
      target: [leads.businessId, leads.customerId],
      set: { archivedAt: null, activeAt: now, updatedAt: now },
    })
    .returning();
  if (lead === undefined) throw new AppError("bug", "a saved lead came back empty");
  await announce(ctx.tx, { businessId: ctx.businessId, type: "lead", id: lead.id });
  if (lead.id === id) await publish(ctx, "lead.created", id);
  else if (before?.archivedAt != null) await publish(ctx, "lead.changed", lead.id);
  const interest = input.interest?.trim() ?? "";
  if (interest !== "" && !(await isNoted(ctx, input.customerId, interest)))
    await addNote(ctx, { customerId: input.customerId, body: interest });
  return lead;
}

/** A model saves the same interest again and again; the customer's page says it once. */
async function isNoted(ctx: Ctx, customerId: CustomerId, body: string): Promise<boolean> {
  const [same] = await ctx.tx
    .select({ id: notes.id })
    .from(notes)
    .where(and(eq(notes.businessId, ctx.businessId), eq(notes.customerId, customerId), eq(notes.body, body)))
    .limit(1);
  return same !== undefined;
}
