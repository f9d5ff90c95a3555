import { and, eq } from "drizzle-orm";
import { AppError } from "../../base/errors.ts";
import type { CustomerId, UserId } from "../../base/ids.ts";
import { announce } from "../../db/announce.ts";
import { type TaskUrgency, tasks } from "../../db/schema/task.ts";
import { audit } from "../../tenants/audit.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { requireColleague } from "../require-colleague.ts";
import { endReminder, remindWhenDue } from "./remind-when-due.ts";

export interface TaskChange {
  title?: string | undefined;
  detail?: string | null | undefined;
  urgency?: TaskUrgency | undefined;
  dueAt?: Temporal.Instant | null | undefined;
  customerId?: CustomerId | null | undefined;
  assigneeUserId?: UserId | null | undefined;
}

/** Changes what is given of a task; a new date rings anew. @throws AppError "not_found". */
export async function changeTask(ctx: Ctx, taskId: string, change: TaskChange, now: Temporal.Instant): Promise<void> {
  const task = await lockTask(ctx, taskId);
  await requireColleague(ctx, change.assigneeUserId);
  await ctx.tx
    .update(tasks)
    .set({ ...change, updatedAt: now })
    .where(isTask(ctx, taskId));
  const { dueAt } = change;
  const moved = dueAt && !(task.dueAt?.equals(dueAt) ?? false);
  if (moved && task.status === "open") await remindWhenDue(ctx, taskId, dueAt);
  const fields = Object.entries(change).flatMap(([field, value]) => (value === undefined ? [] : [field]));
  await written(ctx, taskId, "task.change", { fields: fields.join(" ") });
}

/** Marks a task done; the second time changes nothing. @throws AppError "not_found". */
export async function completeTask(ctx: Ctx, taskId: string, now: Temporal.Instant): Promise<void> {
  const task = await lockTask(ctx, taskId);
  if (task.status === "done") return;
  await ctx.tx.update(tasks).set({ status: "done", doneAt: now, updatedAt: now }).where(isTask(ctx, taskId));
  await endReminder(ctx, taskId, now);
  await written(ctx, taskId, "task.complete");
}

/** Opens a done task again; one that is still to come due rings then. @throws AppError "not_found". */
export async function reopenTask(ctx: Ctx, taskId: string, now: Temporal.Instant): Promise<void> {
  const task = await lockTask(ctx, taskId);
  if (task.status === "open") return;
  await ctx.tx.update(tasks).set({ status: "open", doneAt: null, updatedAt: now }).where(isTask(ctx, taskId));
  if (task.dueAt && Temporal.Instant.compare(task.dueAt, now) > 0) await remindWhenDue(ctx, taskId, task.dueAt);
  await written(ctx, taskId, "task.reopen");
}

async function lockTask(ctx: Ctx, taskId: string) {
  const [task] = await ctx.tx
    .select({ status: tasks.status, dueAt: tasks.dueAt })
    .from(tasks)
    .where(isTask(ctx, taskId))
    .for("update");
  if (task === undefined) throw new AppError("not_found", "no such task");
  return task;
}

const isTask = ({ businessId }: Ctx, taskId: string) => and(eq(tasks.businessId, businessId), eq(tasks.id, taskId));

async function written(ctx: Ctx, taskId: string, action: string, detail: Record<string, string> = {}): Promise<void> {
  await audit(ctx, { action, subject: `task:${taskId}`, detail });
  await announce(ctx.tx, { businessId: ctx.businessId, type: "task", id: taskId });
}
