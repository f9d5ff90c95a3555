// What people add around a time does not change it: places, counts, lengths, addresses, greetings.
import { expect, test } from "bun:test";
import { brief } from "./brief.ts";
import { understand } from "./understand.ts";

const moment = { now: Temporal.Instant.from("2026-11-24T10:15:00+02:00"), zone: "Asia/Jerusalem" };

const additions: readonly string[] = `
  עם אשתי; לשני אנשים; ל-2 אנשים; ל3 ילדים; ברחוב הרצל 12; בקומה 3; לשעה; לחצי שעה; בסניף ראשון לציון; טיפול של 45 דקות
  לטיפול של שעה וחצי; לדירת 4 חדרים; במחיר 200 שקל; עד 300 שקל; אם לא מאוחר; עם שני הילדים; הטלפון שלי 052-1234567; אני מבאר שבע
  בפעם הראשונה; לפגישה שנייה; אצלכם במשרד; בכניסה ב'; לגבי דירה בשבע טחנות; ואז יש לי עוד משהו; תודה יום טוב; שבת שלום; לילה טוב
  דחוף!!; 👍; אשמח לאישור; אפשר?; נכון?; תשלח לי תזכורת; והבן שלי בן 7; משהו קצר של 20 דקות; בבקשה תאשרו לי; ולא יותר; אני עם רכב
  זה בסדר?; מה הכתובת?`
  .split(/[;\n]/)
  .map((addition) => addition.trim())
  .filter(Boolean);

for (const sentence of ["מחר בארבע {}", "{} מחר בארבע", "{}, מחר בארבע", "מחר בארבע, {}"]) {
  test(sentence.replace("{}", "…"), () => {
    const wrong = additions
      .map((addition) => sentence.replace("{}", addition))
      .map((said) => [said, brief(understand(said, moment))] as const)
      .filter(([, understood]) => understood !== "at 2026-11-25T16:00");
    expect(wrong).toEqual([]);
  });
}
