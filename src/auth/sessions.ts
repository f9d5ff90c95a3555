import { and, eq, sql } from "drizzle-orm";
import type { Access, SessionRef } from "../api/env.ts";
import type { BusinessId, UserId } from "../base/ids.ts";
import type { Database, Tx } from "../db/client.ts";
import { businesses } from "../db/schema/business.ts";
import { pushSubscriptions } from "../db/schema/push-subscription.ts";
import { sessions, users } from "../db/schema/user.ts";
import { withSystem } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import { keyOf, newToken } from "./tokens.ts";

/** What a cookie stands for: who asks, for which business, and the session itself. */
export interface LoggedIn {
  access: Access & { userId: UserId };
  session: SessionRef;
}

/** A session that was just made; the token is for the cookie and is nowhere else. */
export interface NewSession {
  token: string;
  expiresAt: Temporal.Instant;
}

/** Begins a session for a person who has just given the password. */
export async function beginSession(tx: Tx, userId: UserId, now: Temporal.Instant): Promise<NewSession> {
  const token = newToken();
  const expiresAt = now.add({ milliseconds: limits.sessionTotalMs });
  await tx
    .insert(sessions)
    .values({ key: keyOf(token), userId, confirmedAt: now, seenAt: now, expiresAt, createdAt: now });
  return { token, expiresAt };
}

/**
 * The same login under a fresh id, in the given business (K6): the old id is dead, the end stays where it was.
 * Null when the session has ended meanwhile.
 */
export async function rotateSession(
  tx: Tx,
  key: string,
  change: { impersonatedTenantId?: BusinessId | null; confirmedAt?: Temporal.Instant },
): Promise<NewSession | null> {
  const token = newToken();
  const [row] = await tx
    .update(sessions)
    .set({ key: keyOf(token), ...change })
    .where(eq(sessions.key, key))
    .returning({ expiresAt: sessions.expiresAt });
  return row ? { token, expiresAt: row.expiresAt } : null;
}

export async function endSession(tx: Tx, key: string): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.key, key));
}

/** Log out everywhere, which a new password calls for as well: a lost phone tells no customer's name any more either. */
export async function endSessionsOf(tx: Tx, userId: UserId): Promise<void> {
  await tx.delete(sessions).where(eq(sessions.userId, userId));
  await tx.delete(pushSubscriptions).where(eq(pushSubscriptions.userId, userId));
}

/** Sessions last used before this are over. */
export const idleSince = (now: Temporal.Instant): Temporal.Instant =>
  now.subtract({ milliseconds: limits.sessionIdleMs });

/**
 * Who is logged in by this cookie (S2): tenant = the impersonated business, else the user's own. Null when the session
 * is unknown or over, or the person or their business may not come in any more.
 */
export async function readSession(db: Database, token: string, now: Temporal.Instant): Promise<LoggedIn | null> {
  const key = keyOf(token);
  return withSystem(db, async (tx) => {
    const tenantId = sql<BusinessId | null>`coalesce(${sessions.impersonatedTenantId}, ${users.businessId})`;
    const [row] = await tx
      .select({ session: sessions, user: users, tenantId, tenantStatus: businesses.status })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .leftJoin(businesses, eq(businesses.id, tenantId))
      .where(and(eq(sessions.key, key), eq(users.status, "active")));
    if (!row || isOver(row.session, now)) return null;
    const { session, user } = row;
    if (user.role !== "system_admin" && row.tenantStatus !== "active") return null;
    if (Temporal.Instant.compare(session.seenAt, now.subtract({ milliseconds: limits.sessionTouchMs })) < 0)
      await tx.update(sessions).set({ seenAt: now }).where(eq(sessions.key, key));
    return {
      access: {
        via: "session",
        userId: user.id,
        name: user.name,
        role: user.role,
        businessId: row.tenantId,
        impersonating: session.impersonatedTenantId !== null,
      },
      session: { key, confirmedAt: session.confirmedAt, expiresAt: session.expiresAt },
    };
  });
}

const isOver = (session: { expiresAt: Temporal.Instant; seenAt: Temporal.Instant }, now: Temporal.Instant): boolean =>
  Temporal.Instant.compare(session.expiresAt, now) <= 0 ||
  Temporal.Instant.compare(session.seenAt, idleSince(now)) <= 0;
