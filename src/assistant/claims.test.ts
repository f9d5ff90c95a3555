import { expect, test } from "bun:test";
import { type Claim, claimsIn } from "./claims.he.ts";

// An answer that reads like a confirmation is one to the customer, whatever its verb.
const rows: Record<Claim, string> = {
  booked: `
    קבעתי לך תור
    בדקתי וקבעתי לך תור
    קבענו! מחר בעשר
    אז קבענו למחר בעשר
    נקבע תור למחר ב-10
    תורך נקבע למחר
    התור שלך ב-10:00 אושר
    הפגישה קבועה למחר
    קבוע לך תור מחר ב-10:00
    אישרתי את התור
    הכנסתי אותך ליומן
    רשמתי לך תור למחר
    התור נרשם
    שובצת למחר בעשר
    יש לך תור מחר בעשר
    התור שלך מחר בעשר
    אני קובעת לך מחר בעשר.
    הכול מסודר, נתראה מחר בעשר
    נתראה ביום רביעי ב-16:30!
    You're all set for tomorrow at 10
    See you tomorrow at 10!`,
  moved: `
    התור הוזז לחמישי
    עדכנתי את הפגישה ליום חמישי
    דחיתי לך את התור
    הקדמתי את הפגישה
    I've moved your appointment`,
  cancelled: `
    ביטלתי.
    הפגישה שלך מחר בעשר בוטלה
    מחקתי את התור
    Your appointment has been cancelled`,
};

for (const [claim, texts] of Object.entries(rows))
  for (const text of texts.trim().split(/\n\s*/))
    test(`${text} claims: ${claim}`, () => expect(claimsIn(text)).toContain(claim as Claim));

const innocent = `
  לקבוע לך למחר בעשר?
  אני קובעת לך למחר בעשר, בסדר?
  יש לך תור קבוע אצלנו?
  עדיין לא נקבעה פגישה
  לא ביטלתי שום דבר
  התור שלך עדיין לא קבוע
  אין לך פגישה קבועה
  המחיר נקבע לפי אורך
  התורים נקבעים מראש
  הפגישה תיקבע אחרי אישור
  אפשר לבטל עד יום לפני
  יש לנו תור פנוי מחר בעשר
  המועד של מחר בעשר פנוי
  רשמתי את הפנייה ויחזרו אליך
  שמרתי את הפרטים
  העברתי את הבקשה לצוות
  מחר בעשר שמור עבורך לכמה דקות`;

for (const text of innocent.trim().split(/\n\s*/))
  test(`${text} claims nothing`, () => expect(claimsIn(text)).toEqual([]));
