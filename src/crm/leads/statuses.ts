import { and, asc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { writtenText } from "../../api/text.ts";
import { AppError } from "../../base/errors.ts";
import { newId } from "../../base/ids.ts";
import { parseInput } from "../../base/parse-input.ts";
import { announce } from "../../db/announce.ts";
import { leads } from "../../db/schema/lead.ts";
import { leadStatuses } from "../../db/schema/lead-status.ts";
import { publishMany } from "../../jobs/publish.ts";
import { limits } from "../../limits.ts";
import { type Act, audit } from "../../tenants/audit.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { firstLeadStatus } from "../../tenants/lead-statuses.he.ts";

export type LeadStatus = Omit<typeof leadStatuses.$inferSelect, "businessId" | "createdAt">;

const shape = {
  label: writtenText(40),
  hue: z.int().min(0).max(359),
  closed: z.boolean(),
};
/** What a new status is made of. Without a key it gets one that says nothing. */
export const newLeadStatus = z.strictObject({
  key: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/, "latin lower case letters, digits and _, a letter first")
    .default(() => `s_${newId().replaceAll("-", "").slice(-12)}`),
  label: shape.label,
  hue: shape.hue.default(210),
  closed: shape.closed.default(false),
});
/** What may change of a status. */
export const leadStatusChange = z.strictObject(shape).partial();

const { key, label, hue, position, closed } = leadStatuses;

/** The statuses of the business in their order. */
export function listLeadStatuses(ctx: Ctx): Promise<LeadStatus[]> {
  return ctx.tx
    .select({ key, label, hue, position, closed })
    .from(leadStatuses)
    .where(eq(leadStatuses.businessId, ctx.businessId))
    .orderBy(asc(position), asc(key));
}

/** Adds a status, as the last one. @throws AppError "invalid", "taken" when the key is there. */
export async function addLeadStatus(ctx: Ctx, input: z.input<typeof newLeadStatus>): Promise<LeadStatus> {
  const values = parseInput(newLeadStatus, input);
  const present = await listLeadStatuses(ctx);
  if (present.length >= limits.leadStatusesMax)
    throw new AppError("invalid", `a business has at most ${limits.leadStatusesMax} statuses`, {
      fields: [{ path: "label", code: "too_many" }],
    });
  const last = present.at(-1)?.position ?? 0;
  const [row] = await ctx.tx
    .insert(leadStatuses)
    .values({ businessId: ctx.businessId, ...values, position: last + 1 })
    .onConflictDoNothing()
    .returning({ key, label, hue, position, closed });
  if (row === undefined) throw new AppError("taken", `there is a status ${values.key} already`);
  await written(ctx, "lead_status.add", row.key);
  return row;
}

/** Changes how a status looks and whether it ends the work; its key stays. @throws AppError "invalid", "not_found". */
export async function changeLeadStatus(
  ctx: Ctx,
  statusKey: string,
  input: z.input<typeof leadStatusChange>,
): Promise<LeadStatus> {
  const change = parseInput(leadStatusChange, input);
  if (Object.keys(change).length === 0)
    throw new AppError("invalid", "nothing to change", { fields: [{ path: "", code: "required" }] });
  const [row] = await ctx.tx
    .update(leadStatuses)
    .set(change)
    .where(mine(ctx, statusKey))
    .returning({ key, label, hue, position, closed });
  if (row === undefined) missing(statusKey);
  await written(ctx, "lead_status.change", statusKey);
  return row;
}

/** Puts the statuses in this order. @throws AppError "invalid" unless each of them is named once. */
export async function orderLeadStatuses(ctx: Ctx, keys: readonly string[]): Promise<LeadStatus[]> {
  const present = await listLeadStatuses(ctx);
  const wanted = new Set(keys);
  if (
    wanted.size !== keys.length ||
    wanted.size !== present.length ||
    !present.every((status) => wanted.has(status.key))
  )
    throw new AppError("invalid", "every status has to be named once", { fields: [{ path: "keys", code: "custom" }] });
  for (const [index, statusKey] of keys.entries())
    await ctx.tx
      .update(leadStatuses)
      .set({ position: index + 1 })
      .where(mine(ctx, statusKey));
  await written(ctx, "lead_status.order", "*");
  return listLeadStatuses(ctx);
}

/**
 * Takes a status away; its leads go to another one. Returns how many went.
 * @throws AppError "invalid" for the first status or one moved to itself, "not_found" for unknown ones.
 */
export async function removeLeadStatus(ctx: Ctx, statusKey: string, moveTo: string): Promise<number> {
  if (statusKey === firstLeadStatus)
    throw new AppError("invalid", `every lead begins as ${firstLeadStatus}: rename it instead`, {
      fields: [{ path: "key", code: "first" }],
    });
  if (statusKey === moveTo)
    throw new AppError("invalid", "its leads must go to another status", {
      fields: [{ path: "moveTo", code: "same" }],
    });
  const [from] = await ctx.tx.select({ key }).from(leadStatuses).where(mine(ctx, statusKey)).for("update");
  if (from === undefined) missing(statusKey);
  await requireLeadStatus(ctx, moveTo);
  const moved = await ctx.tx
    .update(leads)
    .set({ status: moveTo, updatedAt: sql`now()` })
    .where(and(eq(leads.businessId, ctx.businessId), eq(leads.status, statusKey)))
    .returning({ id: leads.id });
  await ctx.tx.delete(leadStatuses).where(mine(ctx, statusKey));
  await publishMany(
    ctx,
    "leads.changed",
    moved.map(({ id }) => id),
  );
  await written(ctx, "lead_status.remove", statusKey, { movedTo: moveTo, leads: moved.length });
  return moved.length;
}

/** @throws AppError "invalid" that names the statuses there are. */
export async function requireLeadStatus(ctx: Ctx, statusKey: string): Promise<LeadStatus> {
  const present = await listLeadStatuses(ctx);
  const found = present.find((status) => status.key === statusKey.trim());
  if (found) return found;
  const said = `no status ${JSON.stringify(statusKey)}; there are ${present.map((status) => status.key).join(", ")}`;
  throw new AppError("invalid", said, { public: said, fields: [{ path: "status", code: "invalid_value" }] });
}

const mine = (ctx: Ctx, statusKey: string) => and(eq(leadStatuses.businessId, ctx.businessId), eq(key, statusKey));

async function written(ctx: Ctx, action: string, statusKey: string, detail: Act["detail"] = {}): Promise<void> {
  await audit(ctx, { action, subject: `lead_status:${statusKey}`, detail });
  await announce(ctx.tx, { businessId: ctx.businessId, type: "lead_status", id: statusKey });
}

function missing(statusKey: string): never {
  throw new AppError("not_found", `no status ${JSON.stringify(statusKey)}`);
}
