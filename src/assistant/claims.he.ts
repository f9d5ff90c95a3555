/** What an answer says became of a meeting. */
export type Claim = "booked" | "moved" | "cancelled";

/** No letter before, no denial ("עדיין לא נקבעה"), and perhaps "ו" or "ש" glued on. */
const begin = "(?<![\\p{L}])(?<!(?:לא|טרם) )[ושכ]{0,2}";
const end = "(?![\\p{L}])";
const you = "ל(?:ך|כם)";
const meeting = "(?:(?:התור|הפגישה)(?: של(?:ך|כם))?|תור(?:ך|כם)|פגישת(?:ך|כם))";
/** A few words that deny nothing. */
const words = "(?: (?!(?:לא|טרם|אינ\\p{L}*) )[\\p{L}\\d:,.\"'״׳–-]+){0,8}";
const time = "(?:מחר|היום|ב(?:יום|שעה|-?\\d)|ל(?:מחר|יום))";

const any = (...forms: readonly string[]): RegExp => new RegExp(`${begin}(?:${forms.join("|")})${end}`, "u");

/** What was done, in the words of one who did it, and what became of the meeting. "המחיר נקבע לפי אורך" is no claim. */
const done: Readonly<Record<Claim, readonly RegExp[]>> = {
  booked: [
    any(
      "קבעתי|קבענו|שריינתי|שריינו|שיבצתי|שיבצנו|תיאמתי|תיאמנו|שובצתם?|נקבעה",
      `(?:סגרתי|הזמנתי) ${you}|(?:נקבע|קבועה?) ${you}`,
      "(?:רשמתי|הכנסתי|סגרתי) אות(?:ך|כם)",
      `(?:רשמתי|סגרתי|אישרתי)(?: ${you}| כבר){0,2} (?:תור|פגישה|את (?:התור|הפגישה|המועד)|ביומן)`,
      `(?:נקבע|נרש(?:ם|מה)|שוריינה?|אושרה?)(?: ${you}| כבר){0,2} (?:תור|פגישה)`,
      `${meeting}${words} (?:נקבע|נרש(?:ם|מה)|אושרה?|מאושרת?|שוריינה?|קבועה?)`,
    ),
    /\b(?:you(?:'re|’re| are)(?: now| all)* (?:booked|confirmed|scheduled|all set)|i(?:'ve|’ve| have)?(?: just| now)? (?:booked|scheduled|reserved) (?:you|your|it|the|that|an?)\b|(?:appointment|meeting|booking)(?: [\w:,]+){0,6} (?:is|has been|was)(?: now)? (?:booked|confirmed|scheduled))\b/i,
  ],
  moved: [
    any(
      "הזזתי|הזזנו|הקדמתי|דחיתי|(?:העברתי|עדכנתי) את (?:התור|הפגישה|המועד)",
      `${meeting}${words} (?:הועברה?|הוזזה?|נדחת?ה|הוקדמה?|עודכנה?)`,
    ),
    /\b(?:i(?:'ve|’ve| have)?(?: just| now)? (?:rescheduled|moved) (?:you|your|it|the|that|an?)\b|(?:appointment|meeting|booking)(?: [\w:,]+){0,6} (?:is|has been|was)(?: now)? (?:rescheduled|moved))\b/i,
  ],
  cancelled: [
    any("ביטלתי|ביטלנו|מחקתי את (?:התור|הפגישה)", `${meeting}${words} (?:בוטלה?|מבוטלת?)`),
    /\b(?:i(?:'ve|’ve| have)?(?: just| now)? cancell?ed (?:you|your|it|the|that|an?)\b|(?:appointment|meeting|booking)(?: [\w:,]+){0,6} (?:is|has been|was)(?: now)? cancell?ed)\b/i,
  ],
};

/** What takes a meeting for granted without saying who booked it. As a question it is none: "אני קובעת לך למחר, בסדר?" */
const takenForGranted: readonly RegExp[] = [
  any(
    `יש ${you}(?: כבר)? (?:תור|פגישה)`,
    `(?<!את )(?:התור|הפגישה) של(?:ך|כם)(?: הוא| היא| תהיה| יהיה)? ${time}`,
    `אני (?:קובעת?|משריינת?) (?:${you}|אות(?:ך|כם)|את (?:התור|הפגישה))`,
    `(?:נתראה|ניפגש|מחכ(?:ה|ים) ${you}) ${time}`,
    "הכו?ל (?:מסודר|סגור|מאושר|קבוע)",
  ),
  /\bsee you (?:tomorrow|today|on|at)\b/i,
];

/** What an answer claims to have happened to a meeting, in Hebrew or English. */
export function claimsIn(text: string): Claim[] {
  const claims = new Set<Claim>();
  for (const claim of ["booked", "moved", "cancelled"] as const)
    if (done[claim].some((form) => form.test(text))) claims.add(claim);
  const statements = text.split(/(?<=[.!?\n])\s+/).filter((sentence) => !sentence.trimEnd().endsWith("?"));
  if (statements.some((sentence) => takenForGranted.some((form) => form.test(sentence)))) claims.add("booked");
  return [...claims];
}
