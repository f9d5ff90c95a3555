import { eq } from "drizzle-orm";
import type { Access, SessionRef } from "../api/env.ts";
import { AppError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Database, Tx } from "../db/client.ts";
import { businesses } from "../db/schema/business.ts";
import { withSystem } from "../db/tenant.ts";
import { audit } from "../tenants/audit.ts";
import { type NewSession, rotateSession } from "./sessions.ts";

export interface Impersonation {
  db: Database;
  log: Log;
  access: Access;
  session: SessionRef;
  requestId: string;
}

/**
 * A system_admin enters a business (S3): only `impersonated_tenant_id` is written, the session gets a fresh id, and the
 * audit has it in the same transaction.
 * @throws AppError "taken" when inside one already (it does not nest), "not_found" for an unknown business.
 */
export async function startImpersonation(deps: Impersonation, businessId: BusinessId): Promise<NewSession> {
  if (deps.access.impersonating)
    throw new AppError("taken", "leave the other business first", { public: "impersonating" });
  return change(deps, businessId, businessId, "impersonation.start");
}

/** Leaves the business. @throws AppError "not_found" when inside none. */
export async function stopImpersonation(deps: Impersonation): Promise<NewSession> {
  const { impersonating, businessId } = deps.access;
  if (!impersonating || businessId === null) throw new AppError("not_found", "not inside a business");
  return change(deps, businessId, null, "impersonation.stop");
}

async function change(
  { db, log, access, session, requestId }: Impersonation,
  businessId: BusinessId,
  impersonatedTenantId: BusinessId | null,
  action: string,
): Promise<NewSession> {
  const { userId, name } = access;
  const rotated = await withSystem(db, async (tx) => {
    await assertBusiness(tx, businessId);
    const fresh = await rotateSession(tx, session.key, { impersonatedTenantId });
    if (!fresh) throw new AppError("unauthenticated", "the session has ended meanwhile");
    const actor = { kind: "staff", userId, name } as const;
    await audit({ tx, businessId, actor, requestId }, { action, subject: `business:${businessId}` });
    return fresh;
  });
  log.info("IMP", action, { user: userId, biz: businessId, request: requestId });
  return rotated;
}

async function assertBusiness(tx: Tx, businessId: BusinessId): Promise<void> {
  const found = await tx.select({ id: businesses.id }).from(businesses).where(eq(businesses.id, businessId));
  if (found.length === 0) throw new AppError("not_found", "no such business");
}
