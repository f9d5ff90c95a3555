import type { Rule } from "../openai/brain.ts";

/** What the simulated model says at the front desk of a small hair salon. The first rule that matches decides. */
export const receptionRules: readonly Rule[] = [
  { when: /DTMF/, say: "קיבלתי את המספר שהקשת, תודה. במה עוד אפשר לעזור?" },
  {
    when: /(להתראות|יום טוב|ביי|זה הכל)/,
    say: "תודה שהתקשרת, יום נעים ולהתראות!",
    call: { tool: /end|hang|finish/i, facts: { reason: "caller_said_goodbye", default: "השיחה הסתיימה" } },
  },
  {
    when: /(נציג|בן אדם|מנהל|להעביר)/,
    say: "בשמחה, אני מעבירה אותך עכשיו.",
    call: { tool: /transfer|hand/i, facts: { reason: "הלקוח ביקש נציג", default: "נציג" } },
  },
  {
    when: /(כן.*(אפשר|מתאים|סגור)|מתאים לי|תקבעי|תרשמי)/,
    call: {
      tool: /lead|message|book|meeting/i,
      facts: {
        name: "דנה כהן",
        date: "2026-03-02",
        time: "16:30",
        interest: "תספורת נשים",
        topic: "תספורת נשים",
        note: "ביקשה תור לתספורת מחר בארבע וחצי",
        text: "ביקשה תור לתספורת מחר בארבע וחצי",
        summary: "ביקשה תור לתספורת מחר בארבע וחצי",
        default: "תספורת נשים",
      },
    },
  },
  {
    when: /(תור|פגישה|לקבוע|מחר)/,
    call: {
      tool: /availab|slot/i,
      facts: { date: "2026-03-02", day: "2026-03-02", time: "16:30", service: "תספורת", default: "תספורת" },
    },
    say: "רגע, אני בודקת ביומן.",
  },
  {
    when: /(כמה|מחיר|עולה|עלות)/,
    say: "תספורת נשים עולה מאה ושמונים שקלים, פן עולה מאה ועשרים שקלים, וצבע מתחיל משלוש מאות וחמישים שקלים לפי אורך השיער. יש גם חבילה של תספורת ופן ביחד במאתיים וחמישים שקלים.",
  },
  {
    when: /(שעות|פתוח|סגור|מתי)/,
    say: "אנחנו פתוחים בימים ראשון עד חמישי מתשע בבוקר עד שבע בערב, וביום שישי עד אחת בצהריים.",
  },
  { when: /(איפה|כתובת|נמצאים|חניה)/, say: "אנחנו ברחוב הרצל שלושים ושתיים בתל אביב, ויש חניה ממול." },
  { when: { toolDone: /availab|slot/i }, say: "מחר יש תור פנוי בארבע וחצי אחר הצהריים. זה מתאים לך?" },
  { when: { toolDone: /book|meeting/i }, say: "קבעתי לך תור למחר בארבע וחצי. תקבלי תזכורת בבוקר. יש עוד משהו?" },
  { when: { toolDone: /lead|message/i }, say: "רשמתי את הפרטים, ונחזור אלייך עוד היום לאישור. יש עוד משהו?" },
  // The goodbye was said together with the call of the tool: nothing is left to say.
  { when: { toolDone: /end|hang|finish/i } },
  { when: /(הלו|שלום|היי|בוקר טוב|ערב טוב)/, say: "שלום! הגעת לקבלה, במה אפשר לעזור?" },
];
