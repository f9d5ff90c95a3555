import { words } from "../language.ts";

export const he = {
  title: "היום",
  hello: (name: string) => `שלום, ${name}`,
  figures: {
    label: "היום במספרים",
    calls: "שיחות",
    answered: "נענו",
    leads: "לקוחות חדשים",
    meetings: "פגישות",
  },
  needs: "מחכה לך",
  nothing: { title: "שום דבר לא מחכה לך", text: "בקשות לנציג, משימות שהגיע זמנן ותקלות יופיעו כאן." },
  meetings: "הפגישות של היום",
  noMeetings: "אין פגישות היום",
  allMeetings: "ליומן",
  live: (count: number) => (count === 1 ? "שיחה אחת מתנהלת עכשיו" : `${count} שיחות מתנהלות עכשיו`),
  listen: "מעקב חי",
  blocked: "זמן חסום",
  start: {
    title: "עשר הדקות הראשונות",
    progress: (done: number, all: number) => `${done} מתוך ${all}`,
    done: "בוצע",
    open: "עוד לא",
    steps: {
      talk: { name: "לדבר עם העוזרת בדפדפן", why: "שומעים איך היא נשמעת, עוד לפני שיש מספר טלפון." },
      business: { name: "שם העסק ועיר", why: "מהעיר נגזרים שעון, כניסת שבת וחגים." },
      hours: { name: "שעות פעילות", why: "בלי שעות אין מועדים להציע ללקוחות." },
      knowledge: { name: "חמישה דברים שכדאי לדעת", why: "כתובת, מחירים, חניה, מה לא מבטיחים ולמי מעבירים." },
      number: { name: "מספר טלפון", why: "בלי מספר העוזרת לא עונה לשיחות מבחוץ." },
      whatsapp: { name: "וואטסאפ", why: "בלי חיבור היא לא עונה להודעות." },
      device: { name: "התראות לטלפון", why: "בקשה לנציג מגיעה גם כשהמערכת סגורה. יש כפתור ניסיון." },
      team: { name: "להזמין את הצוות", why: "כל אחד נכנס בקישור משלו ורואה מי טיפל במה." },
      publish: {
        name: "לפרסם הוראות לעוזרת",
        why: "בלי הוראות היא עונה רק לפי העובדות. אפשר לנסות קודם בחזרה גנרלית.",
      },
      meeting: { name: "פגישת ניסיון ביומן", why: "קובעים תור בשיחה או ביד ורואים אותו ביומן." },
    },
  },
};

export const todayWords = words(he, () => import("./today.en.ts"));
