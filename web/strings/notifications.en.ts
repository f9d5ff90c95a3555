import type { Translation } from "../language.ts";
import type { he } from "./notifications.he.ts";

export const en: Translation<typeof he> = {
  title: "Notifications",
  unread: (count) => `${count} new`,
  markAll: "Mark all as read",
  isNew: "new",
  empty: {
    title: "No notifications",
    text: "When a customer asks for a person, a task is due or WhatsApp disconnects, it shows up here.",
  },
};
