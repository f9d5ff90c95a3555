import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../../base/errors.ts";
import type { CustomerId } from "../../base/ids.ts";
import { announce } from "../../db/announce.ts";
import { customers } from "../../db/schema/customer.ts";
import { leads } from "../../db/schema/lead.ts";
import { audit } from "../../tenants/audit.ts";
import { authorOf } from "../../tenants/author.ts";
import type { Ctx } from "../../tenants/ctx.ts";

/** Longest name that is kept, in UTF-16 units. */
export const nameChars = 80;

/**
 * Writes the customer's name, or takes it away. What staff wrote stays when the assistant hears another name; false then.
 * @throws AppError "not_found".
 */
export async function renameCustomer(ctx: Ctx, customerId: CustomerId, name: string | null): Promise<boolean> {
  const mine = and(eq(customers.businessId, ctx.businessId), eq(customers.id, customerId));
  const [before] = await ctx.tx
    .select({ name: customers.name, namedBy: customers.namedBy })
    .from(customers)
    .where(mine)
    .for("update");
  if (before === undefined) throw new AppError("not_found", "no such customer");
  const by = authorOf(ctx.actor).kind;
  if (before.namedBy === "staff" && by !== "staff") return false;
  const namedBy = name === null ? null : by;
  if (before.name === name && before.namedBy === namedBy) return true;
  await ctx.tx.update(customers).set({ name, namedBy, updatedAt: sql`now()` }).where(mine);
  await ctx.tx
    .update(leads)
    .set({ name, updatedAt: sql`now()` })
    .where(and(eq(leads.businessId, ctx.businessId), eq(leads.customerId, customerId)));
  await announce(ctx.tx, { businessId: ctx.businessId, type: "customer", id: customerId });
  if (by === "staff") await audit(ctx, { action: "customer.rename", subject: `customer:${customerId}` });
  return true;
}
