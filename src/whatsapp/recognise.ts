import { and, eq, isNull, or } from "drizzle-orm";
import { type CustomerId, newId } from "../base/ids.ts";
import { storable } from "../base/storable.ts";
import { findIdentity, type Identity, identifyCustomer } from "../crm/customers/identify.ts";
import { mergeCustomers } from "../crm/customers/merge.ts";
import { customerIdentities, customers } from "../db/schema/customer.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { Address } from "./provider.ts";

export interface Recognised {
  customerId: CustomerId;
  /** Of the address that the message came in on. */
  identityId: string;
  /** Of all addresses that WhatsApp says are this person, that one first. */
  identityIds: string[];
}

/**
 * The customer behind an address. Alternatives come from WhatsApp itself and are proof: an id nobody had yet is added, and
 * two customers who turn out to be one are merged (which can be undone). A lead comes with it when `makesLead` (A4, A9).
 */
export async function recognise(
  ctx: Ctx,
  address: Address,
  alternatives: readonly Address[],
  makesLead: boolean,
): Promise<Recognised> {
  const addresses = [address, ...alternatives.filter((other) => !sameAddress(other, address))];
  const known = await identitiesOf(ctx, addresses);
  const customerId = (await oneCustomer(ctx, known)) ?? (await newCustomer(ctx, addresses));
  const identityIds: string[] = [];
  for (const each of addresses)
    identityIds.push(known.find((one) => sameAddress(one, each))?.id ?? (await addIdentity(ctx, customerId, each)));
  if (makesLead) await identifyCustomer(ctx, address, "whatsapp");
  return { customerId, identityId: identityIds[0]!, identityIds };
}

type Known = Pick<typeof customerIdentities.$inferSelect, "id" | "customerId" | "kind" | "value">;

/** Those of the addresses that the business knows, numbers first. One statement: most messages are from somebody known. */
async function identitiesOf(ctx: Ctx, addresses: readonly Identity[]): Promise<Known[]> {
  const { id, customerId, kind, value, businessId } = customerIdentities;
  const anyOf = or(...addresses.map((each) => and(eq(kind, each.kind), eq(value, each.value))));
  const rows = await ctx.tx
    .select({ id, customerId, kind, value })
    .from(customerIdentities)
    .where(and(eq(businessId, ctx.businessId), anyOf));
  return rows.toSorted((x, y) => Number(y.kind === "phone") - Number(x.kind === "phone"));
}

const sameAddress = (a: Identity, b: Identity): boolean => a.kind === b.kind && a.value === b.value;

/** Null when none is known. Several known customers become one: the one with the number stays, else the first. */
async function oneCustomer(ctx: Ctx, known: readonly Known[]): Promise<CustomerId | null> {
  const [keptId, ...others] = [...new Set(known.map(({ customerId }) => customerId))];
  if (keptId === undefined) return null;
  for (const mergedId of others) await mergeCustomers(ctx, { keptId, mergedId, proof: "WhatsApp: one account" });
  return keptId;
}

/** Made on the number where there is one, so that the phone finds the same customer. */
async function newCustomer(ctx: Ctx, addresses: readonly Identity[]): Promise<CustomerId> {
  const best = addresses.find(({ kind }) => kind === "phone") ?? addresses[0]!;
  return (await identifyCustomer(ctx, best, null)).customerId;
}

async function addIdentity(ctx: Ctx, customerId: CustomerId, address: Address): Promise<string> {
  const id = newId();
  const { kind, value } = address;
  const added = await ctx.tx
    .insert(customerIdentities)
    .values({ id, businessId: ctx.businessId, customerId, kind, value })
    .onConflictDoNothing()
    .returning({ id: customerIdentities.id });
  return added[0]?.id ?? (await findIdentity(ctx, address))!.identityId!;
}

/** The name that somebody chose for themselves, where the business has none. No proof of anything. */
export async function learnName(ctx: Ctx, customerId: CustomerId, pushName: string): Promise<void> {
  const name = storable(pushName.replace(/[\p{Cc}\p{Cf}]/gu, "").trim()).slice(0, 80);
  if (name === "") return;
  await ctx.tx
    .update(customers)
    .set({ name })
    .where(and(eq(customers.businessId, ctx.businessId), eq(customers.id, customerId), isNull(customers.name)));
}
