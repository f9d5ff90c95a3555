import { and, asc, desc, eq, isNull } from "drizzle-orm";
import { AppError } from "../../base/errors.ts";
import type { CustomerId } from "../../base/ids.ts";
import { customerIdentities, customers } from "../../db/schema/customer.ts";
import { customerMerges } from "../../db/schema/customer-merge.ts";
import { leads } from "../../db/schema/lead.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { readLead } from "../leads/list-leads.ts";

// Who was merged more often than this is one person with a story; the newest merges are the ones to undo.
const mergesShown = 20;

/** A customer with the identities they are recognised by, their lead, and merges that can be undone. @throws AppError "not_found". */
export async function readCustomer(ctx: Ctx, customerId: CustomerId) {
  const { tx, businessId } = ctx;
  const customer = await requireCustomer(ctx, customerId);
  const { id, kind, value, createdAt } = customerIdentities;
  const identities = await tx
    .select({ id, kind, value, createdAt })
    .from(customerIdentities)
    .where(and(eq(customerIdentities.businessId, businessId), eq(customerIdentities.customerId, customerId)))
    .orderBy(asc(createdAt), asc(id));
  const [lead] = await tx
    .select({ id: leads.id })
    .from(leads)
    .where(and(eq(leads.businessId, businessId), eq(leads.customerId, customerId)));
  const merges = await tx
    .select({
      id: customerMerges.id,
      mergedId: customerMerges.mergedId,
      proof: customerMerges.proof,
      mergedByName: customerMerges.mergedByName,
      createdAt: customerMerges.createdAt,
    })
    .from(customerMerges)
    .where(
      and(
        eq(customerMerges.businessId, businessId),
        eq(customerMerges.keptId, customerId),
        isNull(customerMerges.undoneAt),
      ),
    )
    .orderBy(desc(customerMerges.createdAt))
    .limit(mergesShown);
  return { ...customer, identities, lead: lead ? await readLead(ctx, lead.id) : null, merges };
}

/** @throws AppError "not_found" for a customer whom the business does not have. */
export async function requireCustomer({ tx, businessId }: Ctx, customerId: CustomerId) {
  const { id, name, namedBy, createdAt, updatedAt } = customers;
  const [row] = await tx
    .select({ id, name, namedBy, createdAt, updatedAt })
    .from(customers)
    .where(and(eq(customers.businessId, businessId), eq(id, customerId)));
  if (row === undefined) throw new AppError("not_found", "no such customer");
  return row;
}
