import { expect, test } from "bun:test";
import { type Anchor, anchorOf } from "./answer-anchor.ts";

const now = Temporal.ZonedDateTime.from("2026-11-24T10:15[Asia/Jerusalem]"); // Tuesday
const slots = ["2026-11-25T16:30"];

const rows: [line: string, anchor: Anchor][] = [
  ["פנוי מחר, יום רביעי, בשעה 16:30. מתאים?", "offer"],
  ["יש לי מחר בארבע וחצי, לקבוע?", "offer"],
  ["יש מחר בארבע וחצי, מתאים לך?", "offer"],
  ["רק כדי לוודא: לקבוע למחר, יום רביעי, 25 בנובמבר, בשעה 16:30?", "offer"],
  ["אפשר מחר ב-16:30, דנה?", "offer"],
  ["יש מחר ב-16:30. מה דעתך?", "offer"],
  ["יש מחר ב-16:30. מתאים? ואיך קוראים לך?", "offer"],
  ["יש מחר ב-16:30, זה לא מוקדם מדי בשבילך? נוח לך?", "offer"],
  ["יש מחר בארבע וחצי.", "offer"],
  ["Tomorrow at 16:30, does that work?", "offer"],
  ["אז מחר בארבע וחצי, בסדר?", "offer"],
  ["מחר, ב-16:30, נכון?", "offer"],
  ["יש מחר ב-16:30. בסדר?", "offer"],
  ["", "offer"],
  ["מתאים לך?", "which"],
  ["אז לקבוע?", "which"],
  ["יש מחר ב-16:30. שנקבע לך?", "offer"],
  ["איזה מהמועדים נוח?", "which"],
  ["יש מחר ב-16:30. היית אצלנו פעם?", "aside"],
  ["יש מחר ב-16:30, ויש לך הפניה מהרופא?", "aside"],
  ["מחר ב-16:30 פנוי. טוב, הילד אלרגי למשהו?", "aside"],
  ["מחר בארבע וחצי מתאים? ויש לך ביטוח משלים?", "aside"],
  ["יש מחר ב-16:30. זה טיפול ראשון, נכון?", "aside"],
  ["יש מחר ב-16:30. הטיפול אורך שעה, בסדר?", "aside"],
  ["Tomorrow at 16:30 is free. You have been here before, right?", "aside"],
  ["לבטל את הפגישה של 16:30?", "aside"],
  ["יש מחר ב-16:30. אתה לקוח קבוע?", "aside"],
  ["היית אצלנו פעם?", "aside"],
  ["יש גם ביום חמישי ב-12:00, מתאים?", "aside"],
  ["Tomorrow at 16:30 is free. Have you been here before?", "aside"],
];
for (const [line, anchor] of rows)
  test(`${anchor}: ${line}`, () => {
    expect(anchorOf(line, slots, now)).toBe(anchor);
  });
