import { words } from "../language.ts";

export const he = {
  title: "משימות",
  add: "משימה חדשה",
  edit: "עריכת משימה",
  search: "חיפוש במשימות, בשם או במספר",
  views: { label: "אילו משימות", open: "פתוחות", mine: "שלי", done: "בוצעו" },
  groups: { overdue: "באיחור", today: "היום", later: "בהמשך", undated: "ללא מועד" },
  done: (title: string) => `בוצע: ${title}`,
  markDone: (title: string) => `סימון כבוצע: ${title}`,
  markOpen: (title: string) => `פתיחה מחדש: ${title}`,
  completed: "המשימה בוצעה",
  urgent: "דחוף",
  by: { staff: "נרשם בידי הצוות", assistant: "נרשם בידי העוזרת", system: "נרשם אוטומטית" },
  due: (time: string) => `עד ${time}`,
  form: {
    title: "מה צריך לעשות",
    detail: "פרטים",
    due: "תזכורת",
    urgent: "דחוף",
    assignee: "באחריות",
    nobody: "כל הצוות",
    saved: "המשימה נשמרה",
  },
  empty: { title: "אין משימות פתוחות", text: "כשלקוח ישאיר הודעה או יבקש שיחזרו אליו, המשימה תופיע כאן עם כל הפרטים." },
  nothing: { title: "אין משימות כאלה", text: "אפשר לנסות מילים אחרות, או לחפש תחת ”פתוחות“ ו”בוצעו“." },
  emptyMine: { title: "אין משימות באחריותך", text: "משימות של כל הצוות נמצאות תחת ”פתוחות“." },
  emptyDone: { title: "עוד לא בוצעו משימות", text: "משימות שסומנו כבוצעו נשמרות כאן." },
};

export const taskWords = words(he, () => import("./tasks.en.ts"));
