import { and, eq, isNotNull, lt, or, sql } from "drizzle-orm";
import type { CustomerId } from "../../base/ids.ts";
import { announce } from "../../db/announce.ts";
import { leads } from "../../db/schema/lead.ts";
import { publish } from "../../jobs/publish.ts";
import type { Ctx } from "../../tenants/ctx.ts";

/**
 * The customer was heard of: their lead is active now, and comes back when it was archived. Within a minute of the last
 * time it changes nothing, so that a flood of messages does not write the lead with each.
 */
export async function touchLead(ctx: Ctx, customerId: CustomerId): Promise<void> {
  const { tx, businessId } = ctx;
  const [lead] = await tx
    .select({ id: leads.id, archivedAt: leads.archivedAt })
    .from(leads)
    .where(
      and(
        eq(leads.businessId, businessId),
        eq(leads.customerId, customerId),
        or(lt(leads.activeAt, sql`now() - interval '1 minute'`), isNotNull(leads.archivedAt)),
      ),
    )
    .for("update");
  if (lead === undefined) return;
  await tx
    .update(leads)
    .set({ activeAt: sql`now()`, archivedAt: null })
    .where(and(eq(leads.businessId, businessId), eq(leads.id, lead.id)));
  await announce(tx, { businessId, type: "lead", id: lead.id });
  if (lead.archivedAt !== null) await publish(ctx, "lead.changed", lead.id);
}
