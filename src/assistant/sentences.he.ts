const anotherDay = "לאיזה יום אחר לחפש?";

/**
 * What the assistant says word for word in Hebrew, because the rule or the law wants it said exactly so. Slots and
 * days come in already spoken (say.he.ts). Addressed in the masculine unless a way without gender reads as well.
 */
export const sentences = {
  askHour: "אני צריך גם שעה מדויקת, באיזו שעה תרצה?", // A6 gives this one word for word
  askDay: "לאיזה יום לקבוע?",
  askDayAndHour: "המועד שדיברנו עליו כבר לא שמור. לאיזה יום ובאיזו שעה לקבוע?",
  askWhich: (slots: string) => `איזה מהמועדים מתאים: ${slots}?`,
  askConfirm: (slot: string) => `רק כדי לוודא: לקבוע ל${slot}?`,
  askMeaning: (options: string) => `רק כדי לוודא, הכוונה ל${options}?`,
  askAgain: "כדי שלא תהיה טעות: לאיזה יום ובאיזו שעה?",
  booked: (slot: string) => `נקבעה פגישה ל${slot}.`,
  moved: (slot: string) => `הפגישה הועברה ל${slot}.`,
  askCancel: (slot: string) => `רק כדי לוודא: לבטל את הפגישה של ${slot}?`,
  cancelled: (slot: string) => `הפגישה של ${slot} בוטלה.`,
  slotTaken: (others: string | null) =>
    `המועד הזה נתפס ממש עכשיו. ${others === null ? anotherDay : `אפשר להציע ${others}.`}`,
  slotNotFree: (others: string | null) =>
    `המועד הזה לא פנוי. ${others === null ? anotherDay : `אפשר להציע ${others}.`}`,
  tooManySteps: "לא הצלחתי להשלים את זה כרגע. רשמתי את הפנייה ויחזרו אליך.",
  unavailable: "יש לי תקלה רגעית. רשמתי את הפנייה ויחזרו אליך בהקדם.",
  toolFailed: "יש לי תקלה רגעית. אפשר לנסות שוב עוד רגע?",
  notKnown: "אין לי תשובה על זה כרגע. להעביר את השאלה לצוות?",
  handedOver: "העברתי את הבקשה לצוות, ויחזרו אליך בהקדם.",
  taskMessage: "הודעה מלקוח",
  taskHandOver: "לקוח מבקש לדבר עם אדם",
  handOverBy: (name: string) => `בקשה לדבר עם אדם: ${name}`,
  taskStuck: "העוזרת לא הצליחה להשלים בקשה של לקוח",
  withheld: "את זה אי אפשר למסור כאן. אפשר להעביר את השאלה לצוות.",
} as const;
