import { and, asc, desc, eq, lt, or, type SQL, sql } from "drizzle-orm";
import { wallClock } from "../../api/wall-clock.ts";
import { AppError } from "../../base/errors.ts";
import type { CustomerId, UserId } from "../../base/ids.ts";
import { readPageKey, writePageKey } from "../../db/page-key.ts";
import { customers } from "../../db/schema/customer.ts";
import { dueOrNever, tasks } from "../../db/schema/task.ts";
import type { Ctx } from "../../tenants/ctx.ts";
import { foundBy, readSearch, standsIn } from "../search/found-by.ts";

/** `open` and `overdue` by when they are due, `done` by when they were done, `all` by when they were made, newest first. */
export const taskViews = ["open", "overdue", "done", "all"] as const;
export type TaskView = (typeof taskViews)[number];

export interface TaskQuery {
  view: TaskView;
  now: Temporal.Instant;
  customerId?: CustomerId | undefined;
  assigneeUserId?: UserId | undefined;
  q?: string | undefined;
  limit: number;
  /** A `next` of an earlier page of the same view. */
  cursor?: string | undefined;
}

/** @throws AppError "invalid" for a cursor that is none. */
export async function listTasks(ctx: Ctx, query: TaskQuery) {
  const { at, order, behind } = orders[query.view];
  const from = query.cursor === undefined ? null : readPageKey(query.cursor);
  const which = and(
    views[query.view](query.now),
    query.customerId === undefined ? undefined : eq(tasks.customerId, query.customerId),
    query.assigneeUserId === undefined ? undefined : eq(tasks.assigneeUserId, query.assigneeUserId),
    query.q === undefined ? undefined : isFound(ctx, query.q),
    from ? sql`(${at}, ${tasks.id}) ${behind} (${from.at.toString()}::timestamptz, ${from.id}::uuid)` : undefined,
  );
  const rows = await selectTasks(ctx, at, which)
    .orderBy(order(at), order(tasks.id))
    .limit(query.limit + 1);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const next = rows.length > query.limit && last ? writePageKey(Temporal.Instant.from(last.sortedBy), last.id) : null;
  return { items: page.map(({ sortedBy: _sortedBy, ...task }) => task), next };
}

/** What is typed stands in the task, or is somebody's whom it is about. */
function isFound(ctx: Ctx, typed: string): SQL | undefined {
  const search = readSearch(typed);
  if (search === null) return undefined;
  const text = sql`concat_ws(' / ', ${tasks.title}, ${tasks.detail})`;
  return or(standsIn(text, search), foundBy(ctx, tasks.customerId, search));
}

/** One task as the list shows it. @throws AppError "not_found". */
export async function readTask(ctx: Ctx, taskId: string) {
  const [row] = await selectTasks(ctx, tasks.createdAt, eq(tasks.id, taskId));
  if (row === undefined) throw new AppError("not_found", "no such task");
  const { sortedBy: _sortedBy, ...task } = row;
  return task;
}

const due = dueOrNever(tasks.dueAt);
const soonest = { at: due, order: asc, behind: sql.raw(">") };
const orders = {
  open: soonest,
  overdue: soonest,
  done: { at: sql`${tasks.doneAt}`, order: desc, behind: sql.raw("<") },
  all: { at: sql`${tasks.createdAt}`, order: desc, behind: sql.raw("<") },
};

const views: Record<TaskView, (now: Temporal.Instant) => SQL | undefined> = {
  open: () => eq(tasks.status, "open"),
  overdue: (now) => and(eq(tasks.status, "open"), lt(due, sql`${now.toString()}::timestamptz`)),
  done: () => eq(tasks.status, "done"),
  all: () => undefined,
};

function selectTasks(ctx: Ctx, sortedBy: SQL | typeof tasks.createdAt, which: SQL | undefined) {
  return ctx.tx
    .select({
      id: tasks.id,
      title: tasks.title,
      detail: tasks.detail,
      status: tasks.status,
      urgency: tasks.urgency,
      dueAt: tasks.dueAt,
      dueLocal: sql<string | null>`${wallClock(ctx, tasks.dueAt)}`,
      doneAt: tasks.doneAt,
      assigneeUserId: tasks.assigneeUserId,
      customerId: tasks.customerId,
      customerName: customers.name,
      callId: tasks.callId,
      createdBy: tasks.createdBy,
      createdByUserId: tasks.createdByUserId,
      createdAt: tasks.createdAt,
      createdLocal: wallClock(ctx, tasks.createdAt),
      sortedBy: sql<string>`${sortedBy}`,
    })
    .from(tasks)
    .leftJoin(customers, and(eq(customers.businessId, tasks.businessId), eq(customers.id, tasks.customerId)))
    .where(and(eq(tasks.businessId, ctx.businessId), which));
}
