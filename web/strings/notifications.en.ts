import type { Translation } from "../language.ts";
import type { he } from "./notifications.he.ts";

export const en: Translation<typeof he> = {
  title: "Notifications",
  unread: (count) => `${count} new`,
  markAll: "Mark all as read",
  isNew: "new",
  push: {
    label: "Notifications on this device, also with the panel closed",
    test: "Send a test",
    sent: (devices) => (devices === 1 ? "Sent to one device" : `Sent to ${devices} devices`),
    nobody: "This device is no longer registered. Switch it off and on again.",
    refused: "The browser's push service did not answer. Please try again.",
    denied: "The browser blocks notifications of this site. Its site settings can change that.",
    unsupported: "This browser cannot take notifications with the panel closed.",
    needs_install: "For notifications on an iPhone: Share, then Add to Home Screen.",
  },
  empty: {
    title: "No notifications",
    text: "When a customer asks for a person, a task is due or WhatsApp disconnects, it shows up here.",
  },
};
