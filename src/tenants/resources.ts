import { and, eq, lte, sql } from "drizzle-orm";
import { z } from "zod";
import { AppError, tooMany } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { parseInput } from "../base/parse-input.ts";
import { meetings } from "../db/schema/meeting.ts";
import { resources } from "../db/schema/resource.ts";
import { limits } from "../limits.ts";
import { changed, fieldsOf } from "./changed.ts";
import type { Ctx } from "./ctx.ts";

export type Resource = Omit<typeof resources.$inferSelect, "businessId" | "createdAt">;

const name = z.string().trim().min(1).max(80);
export const newResource = z.strictObject({ name });
export const resourceChange = z
  .strictObject({ name, active: z.boolean(), position: z.int().min(0).max(10_000) })
  .partial();
export type ResourceChange = z.input<typeof resourceChange>;

/** Who can be booked, in the order in which they are taken. */
export function listResources(ctx: Ctx): Promise<Resource[]> {
  const { id, name, active, position } = resources;
  return ctx.tx
    .select({ id, name, active, position })
    .from(resources)
    .where(eq(resources.businessId, ctx.businessId))
    .orderBy(position, id);
}

/** Adds somebody who can be booked; the newest comes last. @throws AppError "invalid" for an empty name, and beyond `limits.calendarsMax`. */
export async function addResource(ctx: Ctx, given: string): Promise<string> {
  const id = newId();
  const { name } = parseInput(newResource, { name: given });
  if ((await listResources(ctx)).length >= limits.calendarsMax) throw tooMany("calendars", "name");
  const next = sql<number>`(select coalesce(max(position), 0) + 1 from ${resources} where business_id = ${ctx.businessId})`;
  await ctx.tx.insert(resources).values({ id, businessId: ctx.businessId, name, position: next });
  await changed(ctx, "resource", id, { action: "resource.add", subject: `resource:${id}` });
  return id;
}

/**
 * Renames, reorders, or closes a calendar: its meetings stay, new ones are not offered.
 * @throws AppError "not_found"; "invalid" when nobody would be left to book.
 */
export async function changeResource(ctx: Ctx, id: string, change: ResourceChange): Promise<void> {
  const given = parseInput(resourceChange, change);
  const others = await lockOthers(ctx, id);
  if (given.active === false) assertSomebodyLeft(others);
  const values = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (Object.keys(values).length > 0)
    await ctx.tx
      .update(resources)
      .set(values)
      .where(and(eq(resources.businessId, ctx.businessId), eq(resources.id, id)));
  const act = { action: "resource.change", subject: `resource:${id}`, detail: { fields: fieldsOf(given) } };
  await changed(ctx, "resource", id, act);
}

/**
 * Removes a calendar and its hours. One that has meetings, or ever had some, stays: what was agreed with customers is kept.
 * @throws AppError "not_found"; "invalid" when nobody would be left to book; "taken" when meetings stand or stood there.
 */
export async function removeResource(ctx: Ctx, id: string, now: Temporal.Instant): Promise<void> {
  assertSomebodyLeft(await lockOthers(ctx, id));
  const there = and(eq(meetings.businessId, ctx.businessId), eq(meetings.resourceId, id));
  await ctx.tx.delete(meetings).where(and(there, eq(meetings.status, "held"), lte(meetings.holdExpiresAt, now)));
  const ahead = sql<boolean>`${meetings.status} in ('booked', 'held') and ${meetings.endsAt} > ${now.toString()}`;
  const [meeting] = await ctx.tx.select({ ahead }).from(meetings).where(there).orderBy(sql`1 desc`).limit(1);
  if (meeting !== undefined)
    throw new AppError("taken", "meetings stand there", {
      public: meeting.ahead ? "calendar_has_meetings" : "calendar_had_meetings",
    });
  await ctx.tx.delete(resources).where(and(eq(resources.businessId, ctx.businessId), eq(resources.id, id)));
  await changed(ctx, "resource", id, { action: "resource.remove", subject: `resource:${id}` });
}

/** The other calendars of the business; all of them stay locked, so that two people cannot close the last two at once. */
async function lockOthers(ctx: Ctx, id: string): Promise<Pick<Resource, "active">[]> {
  const all = await ctx.tx.select().from(resources).where(eq(resources.businessId, ctx.businessId)).for("update");
  if (!all.some((resource) => resource.id === id)) throw new AppError("not_found", `no resource ${id}`);
  return all.filter((resource) => resource.id !== id);
}

function assertSomebodyLeft(others: readonly Pick<Resource, "active">[]): void {
  if (others.some(({ active }) => active)) return;
  throw new AppError("invalid", "nobody would be left to book", { fields: [{ path: "active", code: "last_one" }] });
}
