import { and, eq } from "drizzle-orm";
import { type CustomerId, newId } from "../../base/ids.ts";
import { announce } from "../../db/announce.ts";
import { customerIdentities, customers, type IdentityKind } from "../../db/schema/customer.ts";
import { type LeadSource, leads } from "../../db/schema/lead.ts";
import { publish } from "../../jobs/publish.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { touchLead } from "../leads/touch.ts";

/** By what somebody was recognised: a number, or one of WhatsApp's ids of people who hide theirs. */
export interface Identity {
  kind: IdentityKind;
  /** E.164 for `phone`. */
  value: string;
}

export interface Identified {
  customerId: CustomerId;
  /** Null for somebody without any identity. */
  identityId: string | null;
  isNew: boolean;
}

/**
 * The customer behind an identity, made together with a lead when it is new (A4). Without an identity (a hidden number)
 * it is a new customer every time: two strangers are never taken for one (F68). `name`: that of a customer who is new.
 * `source` null = no lead: whom the business wrote to first need not be one.
 */
export async function identifyCustomer(
  ctx: Ctx,
  identity: (Identity & { name?: string }) | null,
  source: LeadSource | null,
): Promise<Identified> {
  const known = identity && (await findIdentity(ctx, identity));
  const found = known ?? (await addCustomer(ctx, identity));
  if (source === null) return found;
  const [lead] = await ctx.tx
    .insert(leads)
    .values({ id: newId(), businessId: ctx.businessId, customerId: found.customerId, source })
    .onConflictDoNothing({ target: [leads.businessId, leads.customerId] })
    .returning({ id: leads.id });
  if (lead) {
    await announce(ctx.tx, { businessId: ctx.businessId, type: "lead", id: lead.id });
    await publish(ctx, "lead.created", lead.id);
  } else await touchLead(ctx, found.customerId);
  return found;
}

/** Null when the business knows nobody by it. */
export async function findIdentity(ctx: Ctx, { kind, value }: Identity): Promise<Identified | null> {
  const [row] = await ctx.tx
    .select({ id: customerIdentities.id, customerId: customerIdentities.customerId })
    .from(customerIdentities)
    .where(
      and(
        eq(customerIdentities.businessId, ctx.businessId),
        eq(customerIdentities.kind, kind),
        eq(customerIdentities.value, value),
      ),
    );
  return row ? { customerId: row.customerId, identityId: row.id, isNew: false } : null;
}

async function addCustomer(ctx: Ctx, identity: (Identity & { name?: string }) | null): Promise<Identified> {
  const { tx, businessId } = ctx;
  const customerId = newId<CustomerId>();
  // Who tests the assistant may call themselves anything in the call: their own name stays.
  const namedBy = identity?.kind === "staff" ? "staff" : null;
  await tx.insert(customers).values({ id: customerId, businessId, name: identity?.name ?? null, namedBy });
  if (identity === null) return { customerId, identityId: null, isNew: true };
  const identityId = newId();
  const added = await tx
    .insert(customerIdentities)
    .values({ id: identityId, businessId, customerId, kind: identity.kind, value: identity.value })
    .onConflictDoNothing()
    .returning({ id: customerIdentities.id });
  if (added.length > 0) return { customerId, identityId, isNew: true };
  // Two conversations at once from somebody new: the other was first, its customer is the one that stays.
  await tx.delete(customers).where(and(eq(customers.businessId, businessId), eq(customers.id, customerId)));
  return (await findIdentity(ctx, identity)) ?? addCustomer(ctx, identity);
}
