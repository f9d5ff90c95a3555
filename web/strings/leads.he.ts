import { words } from "../language.ts";

export const he = {
  title: "לקוחות",
  total: (count: string) => `${count} לקוחות`,
  add: "לקוח חדש",
  views: { label: "תצוגה", list: "רשימה", board: "לוח" },
  all: "הכול",
  filter: "סינון לפי שם או מספר",
  statusFilter: "סינון לפי סטטוס",
  columns: { customer: "לקוח", status: "סטטוס", source: "הגיע מ", active: "קשר אחרון" },
  source: {
    call: "שיחה",
    whatsapp: "וואטסאפ",
    staff: "נרשם ידנית",
    import: "קובץ",
    website: "האתר",
    referral: "המלצה",
    campaign: "פרסום",
    other: "אחר",
  },
  changeStatus: (name: string) => `שינוי הסטטוס של ${name}`,
  moveTo: (name: string) => `העברת ${name} אל`,
  moved: (name: string, status: string) => `${name}: ${status}`,
  empty: {
    title: "עדיין אין לקוחות",
    text: "כל מי שמתקשר או כותב יופיע כאן לבד, עם כל מה שנאמר. אפשר גם לרשום לקוח ביד.",
  },
  nothing: {
    title: "אין לקוחות שמתאימים",
    text: "אפשר לחפש כל חלק של שם או מספר, או לנקות את הסינון.",
    clear: "ניקוי הסינון",
  },
  loadingRest: (count: string) => `${count} נטענו, ההמשך בדרך`,
  form: {
    name: "שם",
    phone: "טלפון",
    note: "הערה",
    added: (name: string) => `${name} נוסף ללקוחות`,
    known: (name: string) => `${name} כבר היה ברשימה`,
  },
  noneInColumn: "אין כאן אף אחד",
  more: (count: number) => `ועוד ${count}`,
};

export const leadWords = words(he, () => import("./leads.en.ts"));
