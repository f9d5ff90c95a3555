import { AppError } from "../../base/errors.ts";
import { type CallId, type CustomerId, newId } from "../../base/ids.ts";
import { type TaskUrgency, tasks } from "../../db/schema/task.ts";
import { notify } from "../../notify/create.ts";
import { authorOf } from "../../tenants/author.ts";
import type { Ctx } from "../../tenants/ctx.ts";

export interface NewTask {
  title: string;
  detail?: string;
  customerId?: CustomerId;
  callId?: CallId;
  urgency?: TaskUrgency;
  dueAt?: Temporal.Instant;
  /** Names what the task came from: a second task from there is not made. */
  sourceKey?: string;
}

/** Makes a task and tells the business. Null when its source already has one. @throws AppError "invalid" without a title. */
export async function createTask(ctx: Ctx, input: NewTask): Promise<string | null> {
  const title = input.title.trim().slice(0, 200);
  if (title === "") throw new AppError("invalid", "a task needs a title");
  const author = authorOf(ctx.actor);
  const id = newId();
  const detail = input.detail?.trim().slice(0, 4_000) || null;
  const made = await ctx.tx
    .insert(tasks)
    .values({
      id,
      businessId: ctx.businessId,
      customerId: input.customerId ?? null,
      callId: input.callId ?? null,
      title,
      detail,
      urgency: input.urgency ?? "normal",
      dueAt: input.dueAt ?? null,
      sourceKey: input.sourceKey ?? null,
      createdBy: author.kind,
      createdByUserId: author.userId,
    })
    .onConflictDoNothing()
    .returning({ id: tasks.id });
  if (made.length === 0) return null;
  await notify(ctx, { kind: "task_created", title, ...(detail ? { body: detail } : {}), subject: `task:${id}` });
  return id;
}
