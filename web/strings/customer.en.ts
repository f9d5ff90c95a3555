import type { Translation } from "../language.ts";
import type { he } from "./customer.he.ts";

export const en: Translation<typeof he> = {
  call: "Call",
  addTask: "Task",
  more: "More actions",
  rename: "Rename",
  archive: "Archive",
  archived: (name) => `${name} was archived`,
  renamed: "Name changed",
  timeline: "Everything so far",
  note: "A note about the customer, for staff",
  addNote: "Add note",
  noted: "Note saved",
  details: "Details",
  status: "Status",
  source: "Came by",
  since: "Customer since",
  numbers: "Numbers",
  whatsappId: "WhatsApp id",
  tasks: "Open tasks",
  noTasks: "No open tasks",
  empty: {
    title: "Nothing happened yet",
    text: "Calls, messages, meetings and tasks with the customer show up here in order.",
  },
  kinds: { call: "Call", message: "Message", meeting: "Meeting", task: "Task", note: "Note" },
  authors: { customer: "Customer", assistant: "Assistant", staff: "Staff", system: "System" },
  openCall: "Open call",
  statusOf: {
    booked: "booked",
    completed: "took place",
    no_show: "did not come",
    cancelled: "cancelled",
    open: "open",
    done: "done",
  },
};
