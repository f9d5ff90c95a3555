import { nextSunday, type Rule } from "../openai/brain.ts";

const cut = "תספורת נשים";

/** What the simulated model says at the front desk of a small hair salon. The first rule that matches decides. */
export const receptionRules: readonly Rule[] = [
  // The call log asks for a summary: it sends the whole transcript.
  {
    when: /(^|\n)caller: [\s\S]*תור/,
    say: "לקוחה שאלה על מחיר תספורת וביקשה תור ליום ראשון אחר הצהריים; התור נקבע לארבע וחצי.",
  },
  { when: /(^|\n)caller: /, say: "לקוחה התקשרה ושאלה על המספרה; לא סוכם דבר להמשך." },
  { when: /DTMF/, say: "קיבלתי את המספר שהקשת, תודה. במה עוד אפשר לעזור?" },
  {
    when: /(להתראות|יום טוב|ביי|זה הכל)/,
    say: "תודה שהתקשרת, יום נעים ולהתראות!",
    calls: [{ tool: /end_c|hang_?up|finish/i, facts: {} }],
  },
  {
    when: /(נציג|בן אדם|מנהל|להעביר)/,
    calls: [{ tool: /transfer|hand_?over/i, facts: { reason: "ביקשה לדבר עם נציג" } }],
  },
  {
    when: /(כן.*(אפשר|מתאים|סגור)|מתאים לי|תקבעי|תרשמי)/,
    remembers: /"offered"/,
    calls: [
      { tool: /book_/i, facts: { topic: cut } },
      { tool: /save_lead/i, facts: { name: "דנה כהן", interest: cut } },
    ],
  },
  {
    when: /(כן.*(אפשר|מתאים|סגור)|מתאים לי|תקבעי|תרשמי)/,
    calls: [
      { tool: /save_lead/i, facts: { name: "דנה כהן", interest: "תור לתספורת נשים ביום ראשון בארבע וחצי" } },
      {
        tool: /take_message/i,
        facts: { text: "מבקשת תור לתספורת ביום ראשון בארבע וחצי", message: "מבקשת תור לתספורת ביום ראשון בארבע וחצי" },
      },
    ],
  },
  {
    when: /(תור|פגישה|לקבוע|יום ראשון)/,
    say: "רגע, אני בודקת ביומן.",
    calls: [{ tool: /availab/i, facts: { date: nextSunday } }],
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
  // A free day: one hour of it is asked for, so that it is held for the caller.
  {
    when: { toolDone: /availab/i, result: /"free_times":\[[^\]]*"16:30"/ },
    calls: [{ tool: /availab/i, facts: { date: nextSunday, time: "16:30" } }],
  },
  {
    when: { toolDone: /availab/i, result: /"offered"/ },
    say: "ביום ראשון יש תור פנוי בארבע וחצי אחר הצהריים. זה מתאים לך?",
  },
  {
    when: { toolDone: /availab/i, result: /"free":(true|false)/ },
    say: "אני לא רואה שעה פנויה ביומן של יום ראשון. אפשר לבקש בשבילך את ארבע וחצי, ונחזור אלייך לאישור. זה מתאים?",
  },
  {
    when: { toolDone: /book_/i, result: /"ok":true/ },
    say: "קבעתי לך תור ליום ראשון בארבע וחצי אחר הצהריים. יש עוד משהו?",
  },
  {
    when: { toolDone: /save_lead|take_message/i, result: /"ok":true/ },
    say: "רשמתי את הפרטים, ונחזור אלייך עוד היום לאישור. יש עוד משהו?",
  },
  // The goodbye was said together with the call of the tool: nothing is left to say.
  { when: { toolDone: /end_c|hang_?up|finish/i } },
  { when: /(הלו|שלום|היי|בוקר טוב|ערב טוב)/, say: "שלום! הגעת לקבלה, במה אפשר לעזור?" },
];
