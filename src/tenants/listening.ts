import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { auditLog } from "../db/schema/audit.ts";
import { type Act, audit } from "./audit.ts";
import { authorOf } from "./author.ts";
import type { Ctx } from "./ctx.ts";

// A player asks for a sound in many parts, and jumps: within this it is one listening.
const listeningMinutes = 10;

/** Writes down who is going to hear a customer (S5), once per listening. */
export async function auditListening(ctx: Ctx, act: Act): Promise<void> {
  if (!(await isListening(ctx, act))) await audit(ctx, act);
}

async function isListening({ tx, businessId, actor }: Ctx, { action, subject }: Act): Promise<boolean> {
  const { userId, name } = authorOf(actor);
  const [before] = await tx
    .select({ id: auditLog.id })
    .from(auditLog)
    .where(
      and(
        eq(auditLog.businessId, businessId),
        gt(auditLog.createdAt, sql`now() - make_interval(mins => ${listeningMinutes})`),
        eq(auditLog.action, action),
        eq(auditLog.subject, subject),
        userId === null ? isNull(auditLog.userId) : eq(auditLog.userId, userId),
        eq(auditLog.actorName, name),
      ),
    )
    .limit(1);
  return before !== undefined;
}
