import { newId } from "../base/ids.ts";
import { auditLog } from "../db/schema/audit.ts";
import { authorOf } from "./author.ts";
import type { Ctx } from "./ctx.ts";

export interface Act {
  /** `area.verb`, e.g. `lead.export`. */
  action: string;
  /** What it was done to, e.g. `customer:<id>`. */
  subject: string;
  /** Ids, names of fields, counts: never contents, secrets or full phone numbers. */
  detail?: Record<string, string | number | boolean | null>;
}

/** Writes down who did it, in the transaction that does it: neither is without the other. */
export async function audit({ tx, businessId, actor, requestId }: Ctx, act: Act): Promise<void> {
  const { userId, name } = authorOf(actor);
  const { action, subject, detail = {} } = act;
  await tx.insert(auditLog).values({
    id: newId(),
    businessId,
    userId,
    actorName: name,
    action,
    subject,
    detail,
    requestId: requestId ?? null,
  });
}
