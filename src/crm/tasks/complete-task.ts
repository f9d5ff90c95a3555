import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../../base/errors.ts";
import { tasks } from "../../db/schema/task.ts";
import type { Ctx } from "../../tenants/ctx.ts";

/** Marks a task done; the second time changes nothing. @throws AppError "not_found". */
export async function completeTask(ctx: Ctx, taskId: string, now: Temporal.Instant): Promise<void> {
  const changed = await ctx.tx
    .update(tasks)
    .set({ status: "done", doneAt: sql`coalesce(${tasks.doneAt}, ${now.toString()})`, updatedAt: now })
    .where(and(eq(tasks.businessId, ctx.businessId), eq(tasks.id, taskId)))
    .returning({ id: tasks.id });
  if (changed.length === 0) throw new AppError("not_found", "no such task");
}
