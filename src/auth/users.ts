import { asc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { AppError } from "../base/errors.ts";
import { type BusinessId, newId, type UserId } from "../base/ids.ts";
import { parseInput } from "../base/parse-input.ts";
import type { Database, Tx } from "../db/client.ts";
import { violates } from "../db/errors.ts";
import { type Role, type UserStatus, userPasswords, users } from "../db/schema/user.ts";
import { withSystem } from "../db/tenant.ts";

/** The name to log in with. Lower case, so that nobody exists twice. */
export const emailText = z.string().trim().toLowerCase().max(200).pipe(z.email());
export const personName = z.string().trim().min(1).max(100);

const newUser = z.strictObject({ email: emailText, name: personName });

export interface NewUser {
  email: string;
  name: string;
  role: Role;
  /** Null for a system_admin, and only for one. */
  businessId: BusinessId | null;
}

/**
 * Makes a person without a password: hand them the link that `issueLink` makes. Runs in a system transaction, or in
 * that of the person's own business.
 * @throws AppError "invalid", "taken" when somebody has the address already, "not_found" for an unknown business.
 */
export async function addUser(tx: Tx, { role, businessId, ...input }: NewUser): Promise<UserId> {
  if ((role === "system_admin") !== (businessId === null))
    throw new AppError("invalid", "a system_admin belongs to no business, everybody else to one");
  const id = newId<UserId>();
  try {
    await tx.insert(users).values({ id, businessId, role, ...parseInput(newUser, input) });
  } catch (error) {
    throw explain(error);
  }
  return id;
}

function explain(error: unknown): unknown {
  if (violates(error, "users_email")) return emailTaken();
  return violates(error, "users_business_id_businesses_id_fk") ? new AppError("not_found", "no such business") : error;
}

const emailTaken = (): AppError =>
  new AppError("taken", "somebody has this address already", { fields: [{ path: "email", code: "taken" }] });

/** Changes what a person says of themselves. @throws AppError "taken" when somebody has the address already. */
export async function changeUser(tx: Tx, id: UserId, change: { email?: string; name?: string }): Promise<void> {
  if (Object.keys(change).length === 0) return;
  try {
    await tx.update(users).set(change).where(eq(users.id, id));
  } catch (error) {
    throw explain(error);
  }
}

/** @throws AppError "not_found" when nobody has this address. */
export async function findUser(tx: Tx, email: string): Promise<{ id: UserId; businessId: BusinessId | null }> {
  const [user] = await tx
    .select({ id: users.id, businessId: users.businessId })
    .from(users)
    .where(eq(users.email, email.trim().toLowerCase()));
  if (!user) throw new AppError("not_found", "nobody has this address");
  return user;
}

export interface UserLine {
  id: UserId;
  email: string;
  name: string;
  role: Role;
  businessId: BusinessId | null;
  status: UserStatus;
  /** False = has not chosen one yet. */
  hasPassword: boolean;
  lastLoginAt: Temporal.Instant | null;
}

/** Everybody who can log in anywhere: for the operator. */
export function listUsers(db: Database): Promise<UserLine[]> {
  const { id, email, name, role, businessId, status, lastLoginAt } = users;
  const hasPassword = sql<boolean>`${userPasswords.userId} is not null`;
  return withSystem(db, (tx) =>
    tx
      .select({ id, email, name, role, businessId, status, hasPassword, lastLoginAt })
      .from(users)
      .leftJoin(userPasswords, eq(userPasswords.userId, users.id))
      .orderBy(asc(email)),
  );
}
