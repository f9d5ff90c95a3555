import { and, asc, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";
import { AppError, tooMany } from "../base/errors.ts";
import type { BusinessId, UserId } from "../base/ids.ts";
import { announce } from "../db/announce.ts";
import type { Tx } from "../db/client.ts";
import { userPasswords, users } from "../db/schema/user.ts";
import { limits } from "../limits.ts";
import { audit } from "../tenants/audit.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { type IssuedLink, issueLink, killLinksOf } from "./links.ts";
import { endSessionsOf } from "./sessions.ts";
import { addUser, emailText, personName } from "./users.ts";

/** All of this runs in a system transaction: passwords and links are out of reach of the role that serves businesses. */

const role = z.enum(["owner", "agent"]);
export const newMember = z.strictObject({ email: emailText, name: personName, role });
export const memberChange = z
  .strictObject({ name: personName, role, status: z.enum(["active", "disabled"]) })
  .partial();

const shown = {
  id: users.id,
  email: users.email,
  name: users.name,
  role: users.role,
  status: users.status,
  /** False = the invitation was not taken up yet. */
  hasPassword: sql<boolean>`${userPasswords.userId} is not null`,
  lastLoginAt: users.lastLoginAt,
  createdAt: users.createdAt,
};

const membersOf = (tx: Tx, businessId: BusinessId, id?: UserId) =>
  tx
    .select(shown)
    .from(users)
    .leftJoin(userPasswords, eq(userPasswords.userId, users.id))
    .where(and(eq(users.businessId, businessId), id && eq(users.id, id)))
    .orderBy(asc(users.createdAt), asc(users.id));

/** Whom work can be given to: names only, for everybody of the business. */
export const listColleagues = ({ tx, businessId }: Ctx) =>
  tx
    .select({ id: users.id, name: users.name })
    .from(users)
    .where(and(eq(users.businessId, businessId), eq(users.status, "active")))
    .orderBy(asc(users.name), asc(users.id));

export const listTeam = ({ tx, businessId }: Ctx) => membersOf(tx, businessId);

/** @throws AppError "not_found" for whoever is not of this business. */
async function readMember({ tx, businessId }: Ctx, id: UserId) {
  const [member] = await membersOf(tx, businessId, id);
  if (!member) throw new AppError("not_found", "no such person in this business");
  return member;
}

/** @throws AppError "taken" when somebody has the address already, here or anywhere; "invalid" beyond `limits.teamMax`. */
export async function inviteMember(ctx: Ctx, input: z.output<typeof newMember>, now: Temporal.Instant) {
  const here = await ctx.tx.$count(users, eq(users.businessId, ctx.businessId));
  if (here >= limits.teamMax) throw tooMany("people", "email");
  const id = await addUser(ctx.tx, { ...input, businessId: ctx.businessId });
  const link = await issueLink(ctx.tx, id, now);
  await audit(ctx, { action: "team.invite", subject: `user:${id}`, detail: { role: input.role } });
  await tellOf(ctx, id);
  return { member: await readMember(ctx, id), link };
}

/** A new invitation, or a way to another password; the link before is dead. @throws AppError "not_found". */
export async function linkMember(ctx: Ctx, id: UserId, now: Temporal.Instant): Promise<IssuedLink> {
  await readMember(ctx, id);
  const link = await issueLink(ctx.tx, id, now);
  await audit(ctx, { action: `team.link_${link.purpose}`, subject: `user:${id}` });
  return link;
}

/**
 * Sessions of whose role or status changes end (a trigger sees to that); whoever is disabled needs a new link afterwards.
 * @throws AppError "not_found"; "invalid" when the business would be left without an owner who can log in.
 */
export async function changeMember(ctx: Ctx, id: UserId, change: z.output<typeof memberChange>) {
  await readMember(ctx, id);
  if (change.role === "agent" || change.status === "disabled")
    await assertOwnerLeft(ctx, id, change.role === "agent" ? "role" : "status");
  const values = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  if (Object.keys(values).length > 0) await ctx.tx.update(users).set(values).where(isColleague(ctx, id));
  if (change.status === "disabled") {
    await killLinksOf(ctx.tx, id);
    await endSessionsOf(ctx.tx, id); // the devices that are told: let in again, they begin anew
  }
  const { role = null, status = null } = change;
  await audit(ctx, { action: "team.change", subject: `user:${id}`, detail: { role, status } });
  await tellOf(ctx, id);
  return readMember(ctx, id);
}

/** Makes a leaver's work nobody's again, and says how much of each kind it was. */
export type ReleaseWork = (ctx: Ctx, leaving: UserId) => Promise<{ leads: number; tasks: number }>;

/** Gone with sessions, password and links; what they did keeps their name, what waits for them is nobody's. @throws as `changeMember`. */
export async function removeMember(ctx: Ctx, id: UserId, releaseWork: ReleaseWork): Promise<void> {
  await readMember(ctx, id);
  await assertOwnerLeft(ctx, id, "");
  const detail = await releaseWork(ctx, id);
  await ctx.tx.delete(users).where(isColleague(ctx, id));
  await audit(ctx, { action: "team.remove", subject: `user:${id}`, detail });
  await tellOf(ctx, id);
}

/** Open panels read again who works here. */
const tellOf = ({ tx, businessId }: Ctx, id: UserId): Promise<void> => announce(tx, { businessId, type: "team", id });

const isColleague = ({ businessId }: Ctx, id: UserId) => and(eq(users.businessId, businessId), eq(users.id, id));

/**
 * Whoever never took up the invitation cannot log in, and stands in for nobody who can. Two owners who remove each other
 * at once: the rows are locked, the second one finds the first one gone.
 */
async function assertOwnerLeft({ tx, businessId }: Ctx, leaving: UserId, path: string): Promise<void> {
  const owners = await tx
    .select({ id: users.id, hasPassword: shown.hasPassword })
    .from(users)
    .leftJoin(userPasswords, eq(userPasswords.userId, users.id))
    .where(and(eq(users.businessId, businessId), eq(users.role, "owner"), ne(users.status, "disabled")))
    .for("update", { of: users });
  const leaver = owners.find(({ id }) => id === leaving);
  if (!leaver || owners.some(({ id, hasPassword }) => id !== leaving && (hasPassword || !leaver.hasPassword))) return;
  throw new AppError("invalid", "nobody would be left to own the business", { fields: [{ path, code: "last_owner" }] });
}
