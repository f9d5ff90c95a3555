import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { hasPassed } from "../clock.ts";
import { daysAway } from "../format.ts";
import { failed, toast } from "../parts/toasts.tsx";
import { type Resource, resource, resourceBy } from "../resource.ts";
import { zone } from "../session.ts";
import { taskWords } from "../strings/tasks.he.ts";
import { instantAt } from "../wall-clock.ts";

const { tasks } = api;

type TaskPage = InferResponseType<typeof tasks.$get>;
export type Task = TaskPage["items"][number];
export type TaskView = "open" | "mine" | "done";

const read = async (query: Record<string, string>, signal: AbortSignal): Promise<Task[]> =>
  (await (await tasks.$get({ query: { limit: "200", ...query } }, { init: { signal } })).json()).items;

const lists: Record<TaskView, Resource<Task[]>> = {
  open: resource((signal) => read({ view: "open" }, signal), ["task"]),
  mine: resource((signal) => read({ view: "open", mine: "true" }, signal), ["task"]),
  done: resource((signal) => read({ view: "done" }, signal), ["task"]),
};

export const taskList = (view: TaskView): Resource<Task[]> => lists[view];

/** Tasks about one customer, open ones first. */
export const tasksOf = resourceBy((customerId, signal) => read({ view: "open", customerId }, signal), ["task"]);

export type TaskGroup = "overdue" | "today" | "later" | "undated";

/** When a task is due, as a person plans the day. */
export function groupOf({ dueAt }: Task): TaskGroup {
  if (dueAt === null) return "undated";
  if (hasPassed(dueAt)) return "overdue";
  return daysAway(dueAt) === 0 ? "today" : "later";
}

/** Marks it done in every list at once; a refusal brings it back. The toast undoes it. */
export async function complete(task: Task): Promise<void> {
  const undo = changeEverywhere(task.id, { status: "done" });
  try {
    await tasks[":id"].complete.$post({ param: { id: task.id } });
    toast(taskWords().completed, { undo: () => reopen(task) });
  } catch (error) {
    undo();
    failed(error);
  }
}

export async function reopen(task: Task): Promise<void> {
  const undo = changeEverywhere(task.id, { status: "open" });
  try {
    await tasks[":id"].reopen.$post({ param: { id: task.id } });
  } catch (error) {
    undo();
    failed(error);
  }
}

function changeEverywhere(id: string, change: Partial<Task>): () => void {
  const undone = Object.values(lists).map((list) =>
    list.patch((items) => items.map((task) => (task.id === id ? { ...task, ...change } : task))),
  );
  return () => {
    for (const undo of undone) undo();
  };
}

/** Writes a task down, or changes one. @throws ApiError */
export async function saveTask(
  values: Readonly<Record<string, string>>,
  about: { task?: Task; customerId?: string } = {},
): Promise<void> {
  const { title = "", detail = "", due = "", urgent = "", assignee = "" } = values;
  const dueAt = due === "" ? null : instantAt(due, zone.value);
  const urgency = urgent === "" ? ("normal" as const) : ("urgent" as const);
  if (about.task) {
    const change = { title, detail: detail || null, dueAt, urgency, assigneeUserId: assignee || null };
    await tasks[":id"].$patch({ param: { id: about.task.id }, json: change });
  } else {
    const { customerId } = about;
    const optional = { detail, dueAt, customerId, assigneeUserId: assignee };
    const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value));
    await tasks.$post({ json: { title, urgency, ...given } });
  }
  toast(taskWords().form.saved);
}
