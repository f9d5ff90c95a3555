import type { Translation } from "../language.ts";
import type { he } from "./keys.he.ts";

export const en: Translation<typeof he> = {
  title: "Keyboard shortcuts",
  anywhere: "Anywhere",
  help: "This list",
  search: "Search this page",
  task: "New task",
  escape: "Close, or choose none",
  lists: "In lists",
  next: "Next row",
  previous: "Previous row",
  open: "Open",
  choose: "Choose; with Shift up to here",
  done: "Done; in a chat: back to the assistant",
  add: "New item",
  people: "In a chat and on a customer's page",
  reply: "Reply",
  takeOver: "Answer instead of the assistant",
  note: "Note",
  call: "Call",
  going: "Go to a page",
  layout: "Keys are meant by their place, whatever the layout, and do nothing while you write.",
};
