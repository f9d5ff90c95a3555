import { words } from "../language.ts";

export const he = {
  login: {
    title: "כניסה",
    text: "הפאנל של העסק: שיחות, יומן ולקוחות במקום אחד.",
    email: "אימייל",
    password: "סיסמה",
    submit: "כניסה",
    wrong: "האימייל או הסיסמה לא נכונים.",
    forgot: "שכחת סיסמה? בעל העסק או מנהל המערכת יכולים לשלוח לך קישור חדש.",
  },
  welcome: {
    hello: (name: string) => `שלום, ${name}`,
    invite: "נשאר רק לבחור סיסמה, ואפשר להתחיל.",
    reset: "אפשר לבחור סיסמה חדשה.",
    first: "זאת התקנה חדשה. כאן קובעים את הכניסה של מנהל המערכת.",
    name: "שם",
    email: "אימייל",
    password: "סיסמה חדשה",
    passwordHint: "12 תווים לפחות. משפט שקל לזכור עדיף על סיסמה מסובכת.",
    submit: "שמירה וכניסה",
    dead: {
      title: "הקישור כבר לא פעיל",
      text: "הוא נוצל או שפג תוקפו. אפשר לבקש קישור חדש ממי ששלח אותו.",
      login: "לעמוד הכניסה",
    },
  },
};

export const doorWords = words(he, () => import("./door.en.ts"));
