import { and, desc, eq, gte, like, lt, type SQL } from "drizzle-orm";
import type { BusinessId } from "../base/ids.ts";
import type { Tx } from "../db/client.ts";
import { isBehind, pageOfRows } from "../db/page-key.ts";
import { auditLog } from "../db/schema/audit.ts";

export interface AuditFilter {
  /** Undefined = everybody's, and what belongs to none: only a system transaction sees that. */
  businessId: BusinessId | undefined;
  /** An area (`recording`) or a whole action (`recording.play`). */
  action?: string | undefined;
  subject?: string | undefined;
  userId?: string | undefined;
  from?: Temporal.Instant | undefined;
  before?: Temporal.Instant | undefined;
}

/** A page of the audit, newest first, of one business or of all. @throws AppError "invalid" for a bad cursor. */
export async function listAudit(
  tx: Tx,
  filter: AuditFilter,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
) {
  const rows = await tx
    .select()
    .from(auditLog)
    .where(and(matches(filter), isBehind(cursor, auditLog.createdAt, auditLog.id)))
    .orderBy(desc(auditLog.createdAt), desc(auditLog.id))
    .limit(limit + 1);
  return pageOfRows(rows, limit);
}

function matches({ businessId, action, subject, userId, from, before }: AuditFilter): SQL | undefined {
  return and(
    businessId && eq(auditLog.businessId, businessId),
    action === undefined
      ? undefined
      : action.includes(".")
        ? eq(auditLog.action, action)
        : like(auditLog.action, `${action}.%`),
    subject === undefined ? undefined : eq(auditLog.subject, subject),
    userId === undefined ? undefined : eq(auditLog.userId, userId as never),
    from && gte(auditLog.createdAt, from),
    before && lt(auditLog.createdAt, before),
  );
}
