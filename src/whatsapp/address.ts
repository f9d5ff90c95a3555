import type { IdentityKind } from "../db/schema/customer.ts";
import type { Address } from "./provider.ts";

/** An identity as WhatsApp can reach it; null for those that are none of WhatsApp's. */
export function addressOf(identity: { kind: IdentityKind; value: string } | null | undefined): Address | null {
  if (!identity || identity.kind === "staff") return null;
  return { kind: identity.kind, value: identity.value };
}
