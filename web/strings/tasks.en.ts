import type { Translation } from "../language.ts";
import type { he } from "./tasks.he.ts";

export const en: Translation<typeof he> = {
  title: "Tasks",
  add: "New task",
  edit: "Edit task",
  search: "Search tasks, a name or a number",
  views: { label: "Which tasks", open: "Open", mine: "Mine", done: "Done" },
  groups: { overdue: "Overdue", today: "Today", later: "Later", undated: "No date" },
  done: (title) => `Done: ${title}`,
  markDone: (title) => `Mark as done: ${title}`,
  markOpen: (title) => `Open again: ${title}`,
  completed: "Task done",
  urgent: "Urgent",
  by: { staff: "Written by staff", assistant: "Written by the assistant", system: "Written automatically" },
  due: (time) => `by ${time}`,
  form: {
    title: "What has to be done",
    detail: "Details",
    due: "Reminder",
    urgent: "Urgent",
    assignee: "Responsible",
    nobody: "The whole team",
    saved: "Task saved",
  },
  empty: {
    title: "No open tasks",
    text: "When a customer leaves a message or asks to be called back, the task shows up here with all details.",
  },
  nothing: { title: "No such tasks", text: "Try other words, or look under “Open” and “Done”." },
  emptyMine: { title: "No tasks of yours", text: 'Tasks of the whole team are under "Open".' },
  emptyDone: { title: "Nothing done yet", text: "Tasks that were marked as done are kept here." },
};
