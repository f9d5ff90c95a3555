import { and, eq } from "drizzle-orm";
import { type CustomerId, newId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { customerIdentities, customers } from "../db/schema/customer.ts";
import { type LeadSource, leads } from "../db/schema/lead.ts";
import type { Ctx } from "../tenants/ctx.ts";

/**
 * The customer behind a number, made together with a lead when the number is new (A4). A caller who hides the number
 * is a new customer every time: two strangers are never taken for one.
 */
export async function knownCaller(ctx: Ctx, phone: Phone | null, source: LeadSource): Promise<CustomerId> {
  const known = phone ? await customerOf(ctx, phone) : null;
  const customerId = known ?? (await addCustomer(ctx, phone));
  await ctx.tx
    .insert(leads)
    .values({ id: newId(), businessId: ctx.businessId, customerId, source })
    .onConflictDoNothing({ target: [leads.businessId, leads.customerId] });
  return customerId;
}

async function customerOf({ tx, businessId }: Ctx, phone: Phone): Promise<CustomerId | null> {
  const [identity] = await tx
    .select({ customerId: customerIdentities.customerId })
    .from(customerIdentities)
    .where(
      and(
        eq(customerIdentities.businessId, businessId),
        eq(customerIdentities.kind, "phone"),
        eq(customerIdentities.value, phone),
      ),
    );
  return identity?.customerId ?? null;
}

async function addCustomer(ctx: Ctx, phone: Phone | null): Promise<CustomerId> {
  const { tx, businessId } = ctx;
  const id = newId<CustomerId>();
  await tx.insert(customers).values({ id, businessId });
  if (!phone) return id;
  const added = await tx
    .insert(customerIdentities)
    .values({ id: newId(), businessId, customerId: id, kind: "phone", value: phone })
    .onConflictDoNothing()
    .returning({ id: customerIdentities.id });
  if (added.length > 0) return id;
  // Two calls at once from a new number: the other one was first, its customer is the one that stays.
  await tx.delete(customers).where(and(eq(customers.businessId, businessId), eq(customers.id, id)));
  return (await customerOf(ctx, phone)) ?? addCustomer(ctx, phone);
}
