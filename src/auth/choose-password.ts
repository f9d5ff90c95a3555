import { eq } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import type { UserId } from "../base/ids.ts";
import type { Database, Tx } from "../db/client.ts";
import { userPasswords, users } from "../db/schema/user.ts";
import { withSystem } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import { killLinksOf, type LinkOwner, lookAtLink, useLink } from "./links.ts";
import { type AskedBy, admit, type LoginDeps } from "./login.ts";
import { endSessionsOf, type NewSession } from "./sessions.ts";
import { countAttempts, forgetAttempts } from "./throttle.ts";
import { changeUser, emailText } from "./users.ts";

export interface AcceptLink {
  token: string;
  password: string;
  /** With an invitation the person may correct what was written of them. */
  email?: string | undefined;
  name?: string | undefined;
}

/**
 * Takes up an invitation or a reset: the password is theirs, every other session of theirs ends, a new one begins.
 * @throws AppError "not_found" for a link that is used, over or unknown, "rate_limited", "taken" for an address in use,
 * "invalid" where there is none to log in with.
 */
export async function acceptLink(
  { db, passwords, log }: LoginDeps,
  input: AcceptLink,
  by: AskedBy,
): Promise<NewSession> {
  await throttleLinks(db, by);
  assertAddress(await withSystem(db, (tx) => lookAtLink(tx, input.token, by.now)), input);
  const hash = await passwords.hash(input.password);
  return withSystem(db, async (tx) => {
    const { userId, purpose } = await useLink(tx, input.token, by.now);
    const { email, name } = purpose === "invite" ? input : {};
    await changeUser(tx, userId, {
      ...(email === undefined ? {} : { email }),
      ...(name === undefined ? {} : { name }),
    });
    await storePassword(tx, userId, hash, by.now);
    log.info("AUTH", "password chosen by link", { user: userId, purpose, request: by.requestId });
    const [person] = await tx.select().from(users).where(eq(users.id, userId));
    if (!person) throw new AppError("not_found", "the person is gone");
    return admit(tx, person, by, purpose === "invite" ? "auth.accept_invite" : "auth.reset_password");
  });
}

/** An installation's first administrator is made under a name that is no address: kept, nobody could log in with it. */
function assertAddress({ purpose, email }: LinkOwner, given: AcceptLink): void {
  if (purpose !== "invite" || given.email !== undefined || emailText.safeParse(email).success) return;
  throw new AppError("invalid", "an address to log in with", { fields: [{ path: "email", code: "required" }] });
}

/** Guessing tokens is hopeless; this keeps it from costing hashes. @throws AppError "rate_limited". */
export async function throttleLinks(db: Database, { address, now }: AskedBy): Promise<void> {
  if (address !== null)
    await countAttempts(db, [{ what: `link address ${address}`, max: limits.loginPerAddressMax }], now);
}

/**
 * Another password for whoever knows the present one; every session of theirs ends and a new one begins.
 * @throws AppError "forbidden" for a wrong one, "rate_limited" after too many.
 */
export async function changePassword(
  deps: LoginDeps,
  userId: UserId,
  input: { current: string; next: string },
  by: AskedBy,
): Promise<NewSession> {
  const { db, passwords, log } = deps;
  await confirmPassword(deps, userId, input.current, by);
  const hash = await passwords.hash(input.next);
  return withSystem(db, async (tx) => {
    await storePassword(tx, userId, hash, by.now);
    log.info("AUTH", "password changed", { user: userId, request: by.requestId });
    const [person] = await tx.select().from(users).where(eq(users.id, userId));
    if (!person) throw new AppError("not_found", "the person is gone");
    return admit(tx, person, by, "auth.change_password");
  });
}

/** @throws AppError "forbidden" when it is not the person's password, "rate_limited" after too many tries. */
export async function confirmPassword(
  { db, passwords, log }: LoginDeps,
  userId: UserId,
  password: string,
  { now, requestId }: AskedBy,
): Promise<void> {
  const what = `confirm account ${userId}`;
  await countAttempts(db, [{ what, max: limits.loginPerAccountMax }], now);
  const [stored] = await withSystem(db, (tx) =>
    tx.select({ hash: userPasswords.hash }).from(userPasswords).where(eq(userPasswords.userId, userId)),
  );
  if (!(await passwords.check(password, stored?.hash ?? null))) {
    log.warn("AUTH", "password not confirmed", { user: userId, request: requestId });
    throw new AppError("forbidden", "not the person's password", {
      public: "wrong_password",
      fields: [{ path: "current", code: "wrong" }],
    });
  }
  await forgetAttempts(db, what);
}

async function storePassword(tx: Tx, userId: UserId, hash: string, now: Temporal.Instant): Promise<void> {
  await tx
    .insert(userPasswords)
    .values({ userId, hash, changedAt: now })
    .onConflictDoUpdate({ target: userPasswords.userId, set: { hash, changedAt: now } });
  await endSessionsOf(tx, userId);
  await killLinksOf(tx, userId); // whoever changes it because somebody got in keeps them out
}
