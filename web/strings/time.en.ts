import type { Translation } from "../language.ts";
import type { he } from "./time.he.ts";

export const en: Translation<typeof he> = {
  now: "now",
  today: "today",
  tomorrow: "tomorrow",
  yesterday: "yesterday",
  minutesAgo: (count) => (count === 1 ? "a minute ago" : `${count} minutes ago`),
  hoursAgo: (count) => (count === 1 ? "an hour ago" : `${count} hours ago`),
};
