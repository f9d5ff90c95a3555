import { computed } from "@preact/signals";
import type { InferResponseType } from "hono/client";
import { api } from "../api.ts";
import { hasPassed } from "../clock.ts";
import { daysAway } from "../format.ts";
import { failed, toast } from "../parts/toasts.tsx";
import { type Pages, type PagesBy, pagesBy } from "../read-pages.ts";
import { type Resource, resourceBy } from "../resource.ts";
import { query } from "../router.ts";
import { zone } from "../session.ts";
import { taskWords } from "../strings/tasks.he.ts";
import { instantAt } from "../wall-clock.ts";

const { tasks } = api;

type TaskPage = InferResponseType<typeof tasks.$get>;
export type Task = TaskPage["items"][number];
export const taskViews = ["open", "mine", "done"] as const;
export type TaskView = (typeof taskViews)[number];

const queries = {
  open: { view: "open" },
  mine: { view: "open", mine: "true" },
  done: { view: "done" },
} as const;

const read = async (query: Record<string, string>, signal: AbortSignal): Promise<TaskPage> =>
  (await tasks.$get({ query }, { init: { signal } })).json();

// The server's own bound.
const searchMax = 100;

/** What the page searches for; "" = nothing. */
export const searched = computed(() => (query.value.get("q") ?? "").trim().slice(0, searchMax));

/** Key of a list: its view, and after it what is searched for. */
const keyOf = (view: TaskView, q: string): string => `${view} ${q}`;

const readView = (key: string, page: { limit: string; cursor?: string }, signal: AbortSignal) => {
  const [view = "open", ...words] = key.split(" ");
  const q = words.join(" ");
  return read({ ...queries[view as TaskView], ...(q === "" ? {} : { q }), ...page }, signal);
};

// The newest message of a customer stands last, behind everything that has a date: what is open is read whole, in reason.
const openAtOnce = 2_000;
const open = pagesBy<Task>(readView, ["task"], openAtOnce);
const lists: Record<TaskView, PagesBy<Task>> = { open, mine: open, done: pagesBy<Task>(readView, ["task"]) };

/** `q`: only those that it is found in, or in whose customer. */
export const taskList = (view: TaskView, q = ""): Resource<Pages<Task>> => lists[view].of(keyOf(view, q));

/** @throws ApiError */
export const moreTasks = (view: TaskView, q: string): Promise<void> => lists[view].more(keyOf(view, q));

/** Open tasks about one customer. */
export const tasksOf = resourceBy(
  async (customerId, signal) => (await read({ view: "open", customerId, limit: "200" }, signal)).items,
  ["task"],
);

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
  const shown = taskViews.flatMap((view) => ["", searched.value].map((q) => taskList(view, q)));
  const undone = [...new Set(shown)].map((list) =>
    list.patch(({ items, next }) => ({
      items: items.map((task) => (task.id === id ? { ...task, ...change } : task)),
      next,
    })),
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
