import type { BusinessId } from "../base/ids.ts";
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

/** A `Ctx`, or one of no business for an act on the whole installation, such as an administrator's login. */
export type AuditCtx = Omit<Ctx, "businessId"> & { readonly businessId: BusinessId | null };

/** Writes down who did it, in the transaction that does it: neither is without the other. */
export async function audit({ tx, businessId, actor, requestId }: AuditCtx, act: Act): Promise<void> {
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
