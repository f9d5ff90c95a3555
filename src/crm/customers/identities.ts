import { and, count, eq } from "drizzle-orm";
import { AppError } from "../../base/errors.ts";
import { type CustomerId, newId } from "../../base/ids.ts";
import { announce } from "../../db/announce.ts";
import { customerIdentities } from "../../db/schema/customer.ts";
import { conversations, messages } from "../../db/schema/message.ts";
import { limits } from "../../limits.ts";
import { audit } from "../../tenants/audit.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import type { Identity } from "./identify.ts";
import { requireCustomer } from "./read-customer.ts";

/**
 * Lets a customer be recognised by one more identity. The same one again is fine.
 * @throws AppError "not_found", "taken" when it is another customer's: then the two may be merged.
 */
export async function addIdentity(ctx: Ctx, customerId: CustomerId, { kind, value }: Identity): Promise<string> {
  const { tx, businessId } = ctx;
  await requireCustomer(ctx, customerId);
  const [present] = await tx.select({ count: count() }).from(customerIdentities).where(isOf(ctx, customerId));
  if ((present?.count ?? 0) >= limits.identitiesMax)
    throw new AppError("invalid", `a customer has at most ${limits.identitiesMax} identities`, {
      fields: [{ path: "value", code: "too_many" }],
    });
  const id = newId();
  const added = await tx
    .insert(customerIdentities)
    .values({ id, businessId, customerId, kind, value })
    .onConflictDoNothing()
    .returning({ id: customerIdentities.id });
  if (added.length > 0) {
    await written(ctx, customerId, "customer.identity_add", kind);
    return id;
  }
  const same = and(eq(customerIdentities.kind, kind), eq(customerIdentities.value, value));
  const [own] = await tx
    .select({ id: customerIdentities.id })
    .from(customerIdentities)
    .where(and(isOf(ctx, customerId), same));
  if (own === undefined)
    throw new AppError("taken", "another customer is recognised by it", { public: "identity_taken" });
  return own.id;
}

/** Forgets an identity; what was said on it stays with the customer. @throws AppError "not_found". */
export async function removeIdentity(ctx: Ctx, customerId: CustomerId, identityId: string): Promise<void> {
  const { tx, businessId } = ctx;
  const mine = and(isOf(ctx, customerId), eq(customerIdentities.id, identityId));
  const [row] = await tx.select({ kind: customerIdentities.kind }).from(customerIdentities).where(mine).for("update");
  if (row === undefined) throw new AppError("not_found", "no such identity");
  for (const table of [conversations, messages])
    await tx
      .update(table)
      .set({ identityId: null })
      .where(and(eq(table.businessId, businessId), eq(table.identityId, identityId)));
  await tx.delete(customerIdentities).where(mine);
  await written(ctx, customerId, "customer.identity_remove", row.kind);
}

const isOf = ({ businessId }: Ctx, customerId: CustomerId) =>
  and(eq(customerIdentities.businessId, businessId), eq(customerIdentities.customerId, customerId));

async function written(ctx: Ctx, customerId: CustomerId, action: string, kind: string): Promise<void> {
  await audit(ctx, { action, subject: `customer:${customerId}`, detail: { kind } });
  await announce(ctx.tx, { businessId: ctx.businessId, type: "customer", id: customerId });
}
