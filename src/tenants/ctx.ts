import type { BusinessId } from "../base/ids.ts";
import type { Tx } from "../db/client.ts";

/**
 * Who does something: kept with every change that somebody may ask about. Staff without a user is the operator at the
 * command line.
 */
export type Actor = { kind: "staff"; userId: string | null; name: string } | { kind: "assistant" } | { kind: "system" };

/** What every verb gets first: the tenant, who acts, and the open transaction that is bound to that tenant. */
export interface Ctx {
  readonly businessId: BusinessId;
  readonly actor: Actor;
  /** Of the HTTP request that this is part of: joins log lines and audit rows. */
  readonly requestId?: string;
  readonly tx: Tx;
}
