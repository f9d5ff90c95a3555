import { sql } from "drizzle-orm";
import type { BusinessId } from "../base/ids.ts";
import { liveChannel } from "./change-notice.ts";
import type { Tx } from "./client.ts";

/** Something of a business has changed: panels that show it read it again. */
export interface LiveFact {
  businessId: BusinessId;
  /** Area of what changed, e.g. `lead`, `task`, `call`, `meeting`, `settings`, `notification`, `conversation`. */
  type: string;
  id: string;
}

/** Tells every open panel of the business, in every process, when the caller's transaction commits. */
export async function announce(tx: Tx, fact: LiveFact): Promise<void> {
  await tx.execute(sql`select pg_notify(${liveChannel}, ${JSON.stringify(fact)})`);
}
