/** What a line says outside the panel, where the kind alone names it (in the panel: web/notification-lines.ts). */
const titles: Readonly<Record<string, (title: string) => string>> = {
  meeting_booked: (title) => `נקבעה פגישה: ${title}`,
  meeting_moved: (title) => `פגישה הוזזה: ${title}`,
  meeting_cancelled: (title) => `פגישה בוטלה: ${title}`,
  reminder_due: (title) => `תזכורת שלא הגיעה ללקוח: ${title}`,
  webhook_off: (host) => `החיבור אל ${host} נכבה: הוא לא עונה כבר שלושה ימים.`,
  budget_spent: () => "התקציב היומי נגמר. עד מחר שיחות משאירות הודעה, והודעות וואטסאפ מחכות לצוות.",
  test: () => "ככה נראית התראה. הכול עובד.",
};

export const say = {
  more: "התראות נוספות בשעה הקרובה מחכות בפעמון.",
  subject: (business: string) => `התראה: ${business}`,
};

const localStart = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/;
const day = new Intl.DateTimeFormat("he-IL", { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });

/** A line behind the bell as a person reads it elsewhere. */
export function lineText({ kind, title, body }: { kind: string; title: string; body: string | null }): string {
  const said = body?.replace(localStart, (_, date, time) => `${day.format(new Date(`${date}T12:00Z`))}, ${time}`);
  return [titles[kind]?.(title) ?? title, said].filter(Boolean).join("\n");
}
