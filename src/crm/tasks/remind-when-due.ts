import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { AppError } from "../../base/errors.ts";
import type { Database } from "../../db/client.ts";
import { notifications } from "../../db/schema/notification.ts";
import { tasks } from "../../db/schema/task.ts";
import { withTenant } from "../../db/tenant.ts";
import { enqueue } from "../../jobs/queue.ts";
import type { JobHandler } from "../../jobs/runner.ts";
import { limits } from "../../limits.ts";
import { notify } from "../../notify/create.ts";
import type { Ctx } from "../../tenants/ctx.ts";

/** Queue of the job that rings the bell when a task is due. */
export const taskDueQueue = "crm.task_due";

const payloadSchema = z.object({ taskId: z.uuid(), dueAt: z.iso.datetime() });

/** Has the bell ring at `dueAt`, once; a reminder that was told for an earlier date is taken away. */
export async function remindWhenDue(ctx: Ctx, taskId: string, dueAt: Temporal.Instant): Promise<void> {
  const { tx, businessId } = ctx;
  await tx.delete(notifications).where(isReminder(ctx, taskId));
  const due = dueAt.toString();
  const payload = { taskId, dueAt: due };
  await enqueue(tx, { businessId, queue: taskDueQueue, dedupe: `${taskId}@${due}`, payload, runAt: dueAt });
}

/** Nobody has to be told any more: what was told counts as read. */
export async function endReminder(ctx: Ctx, taskId: string, now: Temporal.Instant): Promise<void> {
  await ctx.tx.update(notifications).set({ readAt: now }).where(isReminder(ctx, taskId));
}

const isReminder = ({ businessId }: Ctx, taskId: string) =>
  and(
    eq(notifications.businessId, businessId),
    eq(notifications.kind, "task_due"),
    eq(notifications.subject, `task:${taskId}`),
  );

/** Rings the bell for a task that is still open and due at the moment the job was made for. */
export function remindOfTask(db: Database): JobHandler {
  return async ({ businessId, payload }) => {
    const read = payloadSchema.safeParse(payload);
    if (!businessId || !read.success) throw new AppError("bug", "a job of another queue");
    const { taskId, dueAt } = read.data;
    const due = Temporal.Instant.from(dueAt);
    await withTenant(
      db,
      businessId,
      async (tx) => {
        const [task] = await tx
          .select({ title: tasks.title, detail: tasks.detail, status: tasks.status, dueAt: tasks.dueAt })
          .from(tasks)
          .where(and(eq(tasks.businessId, businessId), eq(tasks.id, taskId)));
        if (task?.status !== "open" || !task.dueAt?.equals(due)) return;
        const { title, detail } = task;
        const body = detail === null ? {} : { body: detail };
        const ctx: Ctx = { businessId, actor: { kind: "system" }, tx };
        await notify(ctx, { kind: "task_due", title, ...body, subject: `task:${taskId}` });
      },
      { deadlineMs: limits.jobQueryMs },
    );
  };
}
