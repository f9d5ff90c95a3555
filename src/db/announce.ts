import { sql } from "drizzle-orm";
import { type BusinessId, newId } from "../base/ids.ts";
import { liveChannel } from "./change-notice.ts";
import type { Tx } from "./client.ts";

/** Something of a business has changed: panels that show it read it again. */
export interface LiveFact {
  businessId: BusinessId;
  /** Area of what changed, e.g. `lead`, `task`, `call`, `meeting`, `settings`, `notification`, `conversation`. */
  type: string;
  id: string;
}

/** A fact as it travels: no two have the same version, and every process hears them in the order of their commits. */
export interface SentFact extends LiveFact {
  version: string;
}

/** Tells every open panel of the business, in every process, when the caller's transaction commits. */
export async function announce(tx: Tx, fact: LiveFact): Promise<void> {
  const sent: SentFact = { ...fact, version: newId() };
  await tx.execute(sql`select pg_notify(${liveChannel}, ${JSON.stringify(sent)})`);
}
