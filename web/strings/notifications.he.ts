import { words } from "../language.ts";

export const he = {
  title: "התראות",
  unread: (count: number) => (count === 1 ? "אחת חדשה" : `${count} חדשות`),
  markAll: "סימון הכול כנקרא",
  isNew: "חדש",
  empty: { title: "אין התראות", text: "כשלקוח יבקש נציג, משימה תגיע למועד או הוואטסאפ יתנתק, זה יופיע כאן." },
};

export const notificationWords = words(he, () => import("./notifications.en.ts"));
