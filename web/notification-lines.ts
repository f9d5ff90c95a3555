import { link } from "./address.ts";
import type { Language } from "./language.ts";

// Read by the service worker too, which has no page: nothing here touches the document.

interface Line {
  kind: string;
  title: string;
  subject: string;
}

/** Titles of kinds that the server tells by name alone; the others bring their own, in the language of the business. */
const titles: Readonly<Record<Language, Readonly<Record<string, (title: string) => string>>>> = {
  he: {
    meeting_booked: (title) => `נקבעה פגישה: ${title}`,
    meeting_moved: (title) => `פגישה הוזזה: ${title}`,
    meeting_cancelled: (title) => `פגישה בוטלה: ${title}`,
    webhook_off: (host) => `החיבור אל ${host} נכבה: הוא לא עונה כבר שלושה ימים.`,
    budget_spent: () => "התקציב היומי נגמר. עד מחר שיחות משאירות הודעה, והודעות וואטסאפ מחכות לצוות.",
    test: () => "ככה נראית התראה. הכול עובד.",
  },
  en: {
    meeting_booked: (title) => `Meeting booked: ${title}`,
    meeting_moved: (title) => `Meeting moved: ${title}`,
    meeting_cancelled: (title) => `Meeting cancelled: ${title}`,
    webhook_off: (host) => `The connection to ${host} is off: it has not answered for three days.`,
    budget_spent: () =>
      "The day's budget is used up. Until tomorrow calls leave a message, and WhatsApp messages wait for staff.",
    test: () => "This is what a notification looks like. It works.",
  },
};

export const titleOf = ({ kind, title }: Line, language: Language): string => titles[language][kind]?.(title) ?? title;

const localStart = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/;

/** A body that begins with a wall-clock start says it as people do; every other one stands as it is. */
export function bodyOf(body: string, language: Language): string {
  return body.replace(localStart, (_, date: string, time: string) => {
    const day = new Intl.DateTimeFormat(language === "en" ? "en-IL" : "he-IL", {
      weekday: "long",
      day: "numeric",
      month: "long",
      timeZone: "UTC",
    }).format(new Date(`${date}T12:00Z`));
    return `${day}, ${time}`;
  });
}

const pages: Readonly<Record<string, string>> = {
  task_created: "/tasks",
  task_due: "/tasks",
  reminder_due: "/tasks",
  meeting_booked: "/calendar",
  meeting_moved: "/calendar",
  meeting_cancelled: "/calendar",
  hand_over: "/inbox",
  webhook_off: "/settings?tab=keys",
  budget_spent: "/reports",
  whatsapp_down: "/channels",
  whatsapp_restricted: "/channels",
};

/** Where a line leads: the very thing where it has a page of its own. */
export function pageOf({ kind, subject }: Line): string {
  const [about, id = ""] = subject.split(":");
  if (about === "customer" && id !== "") return `/inbox?with=${encodeURIComponent(id)}`;
  if (about === "meeting" && id !== "") return `/calendar?meeting=${encodeURIComponent(id)}`;
  if (about === "call" && id !== "") return link("/calls/:id", { id });
  return pages[kind] ?? "/notifications";
}
