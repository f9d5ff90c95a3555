import { and, eq, gt } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { newId, type UserId } from "../base/ids.ts";
import type { Database, Tx } from "../db/client.ts";
import { accountLinks, type LinkPurpose, userPasswords, users } from "../db/schema/user.ts";
import { withSystem } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import { keyOf, newToken } from "./tokens.ts";

/** Where a link leads. The token stands behind the `#`: browsers send it to no server, so no log can hold it (K10). */
export const linkAddress = (publicBaseUrl: string, token: string): string => `${publicBaseUrl}/welcome#${token}`;

export interface IssuedLink {
  token: string;
  purpose: LinkPurpose;
  expiresAt: Temporal.Instant;
}

const lifeMs: Record<LinkPurpose, number> = { invite: limits.inviteMs, reset: limits.resetMs };

/**
 * A link by which the person chooses a password, once; earlier ones are dead. Runs in a system transaction: the caller
 * has made sure that whoever asks may hand out a way into this account.
 */
export async function issueLink(tx: Tx, userId: UserId, now: Temporal.Instant): Promise<IssuedLink> {
  const chosen = await tx
    .select({ at: userPasswords.changedAt })
    .from(userPasswords)
    .where(eq(userPasswords.userId, userId));
  const purpose: LinkPurpose = chosen.length === 0 ? "invite" : "reset";
  const token = newToken();
  const expiresAt = now.add({ milliseconds: lifeMs[purpose] });
  await killLinksOf(tx, userId);
  await tx.insert(accountLinks).values({ key: keyOf(token), userId, purpose, expiresAt });
  return { token, purpose, expiresAt };
}

/** No link leads into the account any more: those that were handed out before the password or the status changed, too. */
export async function killLinksOf(tx: Tx, userId: UserId): Promise<void> {
  await tx.delete(accountLinks).where(eq(accountLinks.userId, userId));
}

const isOpen = (token: string, now: Temporal.Instant) =>
  and(eq(accountLinks.key, keyOf(token)), gt(accountLinks.expiresAt, now));

const noLink = (): AppError => new AppError("not_found", "the link is used, over or unknown", { public: "link_dead" });

export interface LinkOwner {
  userId: UserId;
  email: string;
  name: string;
  purpose: LinkPurpose;
}

/** Whose link it is, without using it. @throws AppError "not_found" when it is used, over or unknown. */
export async function lookAtLink(tx: Tx, token: string, now: Temporal.Instant): Promise<LinkOwner> {
  const [owner] = await tx
    .select({ userId: users.id, email: users.email, name: users.name, purpose: accountLinks.purpose })
    .from(accountLinks)
    .innerJoin(users, eq(users.id, accountLinks.userId))
    .where(and(isOpen(token, now), eq(users.status, "active")));
  if (!owner) throw noLink();
  return owner;
}

/** Uses the link up: of two at once, one finds it gone. @throws AppError "not_found" as `lookAtLink`. */
export async function useLink(tx: Tx, token: string, now: Temporal.Instant): Promise<LinkOwner> {
  const owner = await lookAtLink(tx, token, now);
  const used = await tx.delete(accountLinks).where(isOpen(token, now)).returning({ key: accountLinks.key });
  if (used.length === 0) throw noLink();
  return owner;
}

const firstAdmin = { email: "admin@localhost", name: "מנהל המערכת", role: "system_admin" } as const;

/**
 * The way into a new installation: a link for its administrator, at every start until one has chosen a password. Null
 * from then on.
 */
export function firstAdminLink(db: Database, now: Temporal.Instant): Promise<IssuedLink | null> {
  return withSystem(db, async (tx) => {
    const isAdmin = eq(users.role, "system_admin");
    const known = await tx
      .select({ id: users.id })
      .from(users)
      .innerJoin(userPasswords, eq(userPasswords.userId, users.id))
      .where(isAdmin)
      .limit(1);
    if (known.length > 0) return null;
    await tx
      .insert(users)
      .values({ id: newId<UserId>(), ...firstAdmin })
      .onConflictDoNothing();
    const [admin] = await tx
      .select({ id: users.id })
      .from(users)
      .where(and(isAdmin, eq(users.email, firstAdmin.email)));
    return admin ? issueLink(tx, admin.id, now) : null;
  });
}
