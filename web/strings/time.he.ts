import { words } from "../language.ts";

export const he = {
  now: "עכשיו",
  today: "היום",
  tomorrow: "מחר",
  yesterday: "אתמול",
  minutesAgo: (count: number) => (count === 1 ? "לפני דקה" : `לפני ${count} דקות`),
  hoursAgo: (count: number) => (count === 1 ? "לפני שעה" : count === 2 ? "לפני שעתיים" : `לפני ${count} שעות`),
};

export const timeWords = words(he, () => import("./time.en.ts"));
