import { and, eq, or } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import type { BusinessId, UserId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Database, Tx } from "../db/client.ts";
import { businesses } from "../db/schema/business.ts";
import { userPasswords, users } from "../db/schema/user.ts";
import { withSystem } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import { type AuditCtx, audit } from "../tenants/audit.ts";
import type { Passwords } from "./passwords.ts";
import { beginSession, type NewSession } from "./sessions.ts";
import { type Attempt, countAttempts, forgetAttempts } from "./throttle.ts";

export interface LoginDeps {
  db: Database;
  passwords: Passwords;
  log: Log;
}

/** What is known of the request that an account's act comes with. */
export interface AskedBy {
  now: Temporal.Instant;
  requestId: string;
  /** Whom it counts against; null when our proxy does not say. */
  address: string | null;
}

interface Account {
  id: UserId;
  name: string;
  businessId: BusinessId | null;
  hash: string | null;
}

/**
 * A new session for the right address and password. An unknown person, a wrong password, a disabled account and a
 * suspended business are one and the same answer, in the same time.
 * @throws AppError "unauthenticated", "rate_limited" after too many tries (K12), "unavailable".
 */
export async function login(
  { db, passwords, log }: LoginDeps,
  input: { email: string; password: string },
  by: AskedBy,
): Promise<NewSession> {
  await throttleLogin(db, log, input.email, by);
  const account = await findAccount(db, input.email);
  if (!(await passwords.check(input.password, account?.hash ?? null)) || !account) {
    log.warn("AUTH", "login refused", { user: account?.id, address: by.address, request: by.requestId });
    throw new AppError("unauthenticated", "wrong address or password", { public: "wrong_login" });
  }
  await forgetAttempts(db, accountAttempts(input.email), addressAttempts(by));
  log.info("AUTH", "logged in", { user: account.id, biz: account.businessId, request: by.requestId });
  return withSystem(db, (tx) => admit(tx, account, by, "auth.login"));
}

/** Everything that lets a person in ends here: a session, the time of it, and a line in the audit. */
export async function admit(
  tx: Tx,
  { id, name, businessId }: Omit<Account, "hash">,
  { now, requestId }: AskedBy,
  action: string,
): Promise<NewSession> {
  await tx.update(users).set({ lastLoginAt: now }).where(eq(users.id, id));
  const ctx: AuditCtx = { tx, businessId, actor: { kind: "staff", userId: id, name }, requestId };
  await audit(ctx, { action, subject: `user:${id}` });
  return beginSession(tx, id, now);
}

const accountAttempts = (email: string): string => `login account ${email}`;
const addressAttempts = ({ address }: AskedBy): string | null => (address === null ? null : `login address ${address}`);

async function throttleLogin(db: Database, log: Log, email: string, by: AskedBy): Promise<void> {
  const attempts: Attempt[] = [{ what: accountAttempts(email), max: limits.loginPerAccountMax }];
  const ofAddress = addressAttempts(by);
  if (ofAddress !== null) attempts.push({ what: ofAddress, max: limits.loginPerAddressMax });
  await countAttempts(db, attempts, by.now).catch((error: unknown) => {
    log.warn("AUTH", "login held back", { address: by.address, request: by.requestId });
    throw error;
  });
}

async function findAccount(db: Database, email: string): Promise<Account | null> {
  const [account] = await withSystem(db, (tx) =>
    tx
      .select({ id: users.id, name: users.name, businessId: users.businessId, hash: userPasswords.hash })
      .from(users)
      .innerJoin(userPasswords, eq(userPasswords.userId, users.id))
      .leftJoin(businesses, eq(businesses.id, users.businessId))
      .where(
        and(
          eq(users.email, email),
          eq(users.status, "active"),
          or(eq(users.role, "system_admin"), eq(businesses.status, "active")),
        ),
      ),
  );
  return account ?? null;
}
