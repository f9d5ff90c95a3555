import { and, eq, sql } from "drizzle-orm";
import type { UserId } from "../base/ids.ts";
import { announce } from "../db/announce.ts";
import { leads } from "../db/schema/lead.ts";
import { tasks } from "../db/schema/task.ts";
import { publishMany } from "../jobs/publish.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** How much was somebody's and is nobody's now. */
export interface Released {
  leads: number;
  tasks: number;
}

/**
 * Leads and open tasks of whoever leaves are nobody's again, where others see that they wait. Done tasks keep the name of
 * who did them.
 */
export async function releaseWork(ctx: Ctx, userId: UserId): Promise<Released> {
  const { tx, businessId } = ctx;
  const nobodys = { assigneeUserId: null, updatedAt: sql`now()` };
  const freedLeads = await tx
    .update(leads)
    .set(nobodys)
    .where(and(eq(leads.businessId, businessId), eq(leads.assigneeUserId, userId)))
    .returning({ id: leads.id });
  const freedTasks = await tx
    .update(tasks)
    .set(nobodys)
    .where(and(eq(tasks.businessId, businessId), eq(tasks.assigneeUserId, userId), eq(tasks.status, "open")))
    .returning({ id: tasks.id });
  if (freedLeads.length > 0) await announce(tx, { businessId, type: "lead", id: "*" });
  if (freedTasks.length > 0) await announce(tx, { businessId, type: "task", id: "*" });
  await publishMany(
    ctx,
    "leads.changed",
    freedLeads.map(({ id }) => id),
  );
  return { leads: freedLeads.length, tasks: freedTasks.length };
}
