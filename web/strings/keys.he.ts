import { words } from "../language.ts";

export const he = {
  title: "קיצורי מקלדת",
  anywhere: "בכל מקום",
  help: "הרשימה הזאת",
  search: "חיפוש בעמוד",
  task: "משימה חדשה",
  escape: "סגירה, או ביטול הבחירה",
  lists: "ברשימות",
  next: "לשורה הבאה",
  previous: "לשורה הקודמת",
  open: "פתיחה",
  choose: "בחירה, ועם Shift עד לכאן",
  done: "בוצע; בשיחה: החזרה לעוזרת",
  add: "פריט חדש",
  people: "בשיחה ובעמוד הלקוח",
  reply: "תשובה",
  takeOver: "לענות במקום העוזרת",
  note: "הערה",
  call: "חיוג",
  going: "מעבר לעמוד",
  layout: "הקיצורים הם לפי המקום במקלדת, גם כשהיא בעברית, ואינם פועלים בזמן כתיבה.",
};

export const keyWords = words(he, () => import("./keys.en.ts"));
