import { AppError } from "../../base/errors.ts";
import { type CallId, type CustomerId, newId, type UserId } from "../../base/ids.ts";
import { announce } from "../../db/announce.ts";
import { type TaskUrgency, tasks } from "../../db/schema/task.ts";
import { publish } from "../../jobs/publish.ts";
import { notify } from "../../notify/create.ts";
import { authorOf } from "../../tenants/author.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { requireColleague } from "../require-colleague.ts";
import { remindWhenDue } from "./remind-when-due.ts";

export interface NewTask {
  title: string;
  detail?: string | undefined;
  customerId?: CustomerId | undefined;
  callId?: CallId;
  urgency?: TaskUrgency | undefined;
  dueAt?: Temporal.Instant | undefined;
  assigneeUserId?: UserId | undefined;
  /** Names what the task came from: a second task from there is not made. */
  sourceKey?: string;
}

/** Makes a task and tells the business. Null when its source already has one. @throws AppError "invalid" without a title. */
export async function createTask(ctx: Ctx, input: NewTask): Promise<string | null> {
  const title = input.title.trim().slice(0, 200);
  if (title === "")
    throw new AppError("invalid", "a task needs a title", { fields: [{ path: "title", code: "required" }] });
  await requireColleague(ctx, input.assigneeUserId);
  const { businessId, tx } = ctx;
  const author = authorOf(ctx.actor);
  const id = newId();
  const detail = input.detail?.trim().slice(0, 4_000) || null;
  const made = await tx
    .insert(tasks)
    .values({
      id,
      businessId,
      customerId: input.customerId ?? null,
      callId: input.callId ?? null,
      title,
      detail,
      urgency: input.urgency ?? "normal",
      dueAt: input.dueAt ?? null,
      assigneeUserId: input.assigneeUserId ?? null,
      sourceKey: input.sourceKey ?? null,
      createdBy: author.kind,
      createdByUserId: author.userId,
    })
    .onConflictDoNothing()
    .returning({ id: tasks.id });
  if (made.length === 0) return null;
  if (input.dueAt !== undefined) await remindWhenDue(ctx, id, input.dueAt);
  await notify(ctx, { kind: "task_created", title, ...(detail ? { body: detail } : {}), subject: `task:${id}` });
  await announce(tx, { businessId, type: "task", id });
  await publish(ctx, "task.created", id);
  return id;
}
