import { and, count, desc, eq, gte, ilike, inArray, max, ne, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { z } from "zod";
import { writtenText } from "../api/text.ts";
import { type IssuedLink, issueLink } from "../auth/links.ts";
import { addUser, emailText, personName } from "../auth/users.ts";
import { AppError } from "../base/errors.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import { phoneText } from "../base/phone-text.ts";
import type { Tx } from "../db/client.ts";
import { isBehind, pageOfRows } from "../db/page-key.ts";
import { businesses, businessNumbers } from "../db/schema/business.ts";
import { calls } from "../db/schema/call.ts";
import { tasks } from "../db/schema/task.ts";
import { users } from "../db/schema/user.ts";
import { limits } from "../limits.ts";
import { type AuditCtx, audit } from "../tenants/audit.ts";
import { makeBusiness } from "../tenants/business.ts";
import { firstGreeting } from "./first-greeting.he.ts";

/** The businesses of the installation, for whoever runs it. All of this runs in a system transaction. */

export const newOffice = z.strictObject({
  name: writtenText(200),
  /** May come later: the assistant can be tried and taught before there is a number. */
  phone: phoneText.optional(),
  city: writtenText(80).optional(),
  timezone: z.string().max(60).optional(),
  greeting: z.string().max(1_000).optional(),
  prompt: z.string().max(limits.promptChars).optional(),
  /** Nobody is invited without one: whoever runs the installation enters the business. */
  owner: z.strictObject({ email: emailText, name: personName }).optional(),
});

export interface OfficeQuery {
  limit: number;
  cursor?: string | undefined;
  text?: string | undefined;
  status?: "active" | "suspended" | undefined;
}

// What "lately" means in the counts beside a business.
const latelyDays = 30;

/** Newest first, with what went on lately. @throws AppError "invalid" for a bad cursor. */
export async function listOffices(tx: Tx, { limit, cursor, text, status }: OfficeQuery, now: Temporal.Instant) {
  const { id, name, timezone, city, createdAt } = businesses;
  const rows = await tx
    .select({ id, name, timezone, city, status: businesses.status, createdAt })
    .from(businesses)
    .where(
      and(
        ne(businesses.status, "scratch"),
        status && eq(businesses.status, status),
        text === undefined ? undefined : ilike(name, `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`),
        isBehind(cursor, createdAt, id),
      ),
    )
    .orderBy(desc(createdAt), desc(id))
    .limit(limit + 1);
  const { items: page, next } = pageOfRows(rows, limit);
  const counts = await countOf(
    tx,
    page.map((office) => office.id),
    now,
  );
  const items = page.map((office) => ({
    ...office,
    status: office.status as "active" | "suspended",
    ...counts(office.id),
  }));
  return { items, next };
}

async function countOf(tx: Tx, ids: readonly BusinessId[], now: Temporal.Instant) {
  const since = now.subtract({ hours: latelyDays * 24 });
  const among = <T extends PgColumn>(column: T): SQL => inArray(column, [...ids]);
  if (ids.length === 0)
    return () => ({ phones: [] as string[], people: 0, openTasks: 0, calls: 0, failedCalls: 0, lastCallAt: null });
  const numbers = await tx
    .select()
    .from(businessNumbers)
    .where(among(businessNumbers.businessId))
    .orderBy(businessNumbers.createdAt);
  const people = await tx
    .select({ id: users.businessId, people: count() })
    .from(users)
    .where(among(users.businessId))
    .groupBy(users.businessId);
  const open = await tx
    .select({ id: tasks.businessId, openTasks: count() })
    .from(tasks)
    .where(and(among(tasks.businessId), eq(tasks.status, "open")))
    .groupBy(tasks.businessId);
  const lately = await tx
    .select({
      id: calls.businessId,
      calls: count(),
      failedCalls: sql<number>`(count(*) filter (where ${calls.endReason} in ('fallback', 'bug', 'lost')))::int`,
      lastCallAt: max(calls.startedAt),
    })
    .from(calls)
    .where(and(among(calls.businessId), eq(calls.origin, "phone"), gte(calls.startedAt, since)))
    .groupBy(calls.businessId);
  const found = <T extends { id: BusinessId | null }>(rows: readonly T[], id: BusinessId) =>
    rows.find((row) => row.id === id);
  return (id: BusinessId) => ({
    phones: numbers.filter(({ businessId }) => businessId === id).map(({ phone }) => phone as string),
    people: found(people, id)?.people ?? 0,
    openTasks: found(open, id)?.openTasks ?? 0,
    calls: found(lately, id)?.calls ?? 0,
    failedCalls: found(lately, id)?.failedCalls ?? 0,
    lastCallAt: found(lately, id)?.lastCallAt ?? null,
  });
}

/**
 * A business with its owner, who comes in by the link: all of it or nothing. It greets callers from the first day.
 * @throws AppError "invalid", "taken" when the number or the address is somebody's already.
 */
export async function openOffice(
  { tx, actor, requestId }: Omit<AuditCtx, "businessId">,
  input: z.output<typeof newOffice>,
  now: Temporal.Instant,
): Promise<{ businessId: BusinessId; link: IssuedLink | null }> {
  const businessId = newId<BusinessId>();
  const ctx = { businessId, actor, tx, ...(requestId === undefined ? {} : { requestId }) };
  const { owner, timezone, prompt, greeting = firstGreeting, ...rest } = input;
  await makeBusiness(ctx, {
    ...rest,
    greeting,
    ...(timezone === undefined ? {} : { timezone }),
    ...(prompt === undefined ? {} : { prompt }),
  });
  const userId = owner ? await addUser(tx, { ...owner, role: "owner", businessId }) : null;
  const link = userId === null ? null : await issueLink(tx, userId, now);
  await audit(ctx, { action: "business.open", subject: `business:${businessId}`, detail: { owner: userId } });
  return { businessId, link };
}

/** A suspended business answers no calls and its people cannot come in. @throws AppError "not_found". */
export async function setOfficeStatus(
  ctx: AuditCtx & { businessId: BusinessId },
  status: "active" | "suspended",
): Promise<void> {
  const changed = await ctx.tx
    .update(businesses)
    .set({ status, updatedAt: sql`now()` })
    .where(and(eq(businesses.id, ctx.businessId), ne(businesses.status, "scratch")))
    .returning({ id: businesses.id });
  if (changed.length === 0) throw new AppError("not_found", "no such business");
  const action = status === "active" ? "business.activate" : "business.suspend";
  await audit(ctx, { action, subject: `business:${ctx.businessId}` });
}
