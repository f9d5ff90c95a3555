import { words } from "../language.ts";

export const he = {
  call: "חיוג",
  addTask: "משימה",
  more: "פעולות נוספות",
  rename: "שינוי שם",
  archive: "העברה לארכיון",
  archived: (name: string) => `${name} עבר לארכיון`,
  renamed: "השם עודכן",
  timeline: "כל מה שהיה",
  note: "הערה על הלקוח, לעיני הצוות",
  addNote: "הוספת הערה",
  noted: "ההערה נשמרה",
  details: "פרטים",
  status: "סטטוס",
  source: "הגיע דרך",
  since: "לקוח מאז",
  numbers: "מספרים",
  whatsappId: "מזהה וואטסאפ",
  tasks: "משימות פתוחות",
  noTasks: "אין משימות פתוחות",
  empty: { title: "עוד לא קרה כאן כלום", text: "שיחות, הודעות, פגישות ומשימות עם הלקוח יופיעו כאן לפי הסדר." },
  kinds: { call: "שיחה", message: "הודעה", meeting: "פגישה", task: "משימה", note: "הערה" },
  authors: { customer: "הלקוח", assistant: "העוזרת", staff: "הצוות", system: "המערכת" },
  openCall: "לשיחה",
  statusOf: {
    booked: "נקבעה",
    completed: "התקיימה",
    no_show: "לא הגיע",
    cancelled: "בוטלה",
    open: "פתוחה",
    done: "בוצעה",
  },
};

export const customerWords = words(he, () => import("./customer.en.ts"));
