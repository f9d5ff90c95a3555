import { proposes } from "./busy.ts";
import type { Fact, Scan } from "./scan.ts";
import type { Token } from "./tokens.ts";

const happened =
  /^[וש]?(?:שלחתי|שלחנו|דיברתי|דיברנו|התקשרתי|התקשרנו|ביקרתי|ביקרנו|קניתי|קנינו|נפגשתי|נפגשנו|שילמתי|שילמנו|הגעתי|הגענו|צלצלתי|הבטחתמ|הבטחת|קיבלתי|קיבלנו|עשיתי|עשינו|באתי|באנו|השארתי|השארנו|הבאתי|הבאנו|שכחתי|שכחנו|פספסתי|פספסנו|חיכיתי|חיכינו|איחרתי|ניסיתי|ניסינו|נסעתי|חזרתי|חזרנו|לקחתי|לקחנו|תיקנתי|תיקנו|החלפתי|החלפנו|הסתפרתי|נבדקתי|טיפלתמ|תיקנתמ|בדקתמ|שלחתמ|התקשרתמ|צלצלתמ)$/;
/** Without ש these may be requests ("התקשרו אליי מחר"). */
const whoDid = /^ש(?:התקשר|צלצל|שלח|דיבר|הגיע|ביקר|קנ)[הו]?$/;
/** What the business did ("למה לא עניתם בארבע?"), unless it tells of an offer. "רותם" and "איתם" are no verbs. */
const youDid = /^(?![ושהכלבמ]*(?:רו|יו|אי|או|א|בי|ב)תמ$)[וש]?(?!(?:אמר|הצע|כתב|קבע|סיכמ|רשמ|נת)תמ)[א-ת]{3,}תמ$/;
const was = /^[וש]?(?:הייתי|היינו|היה|הייתה|היתה|היו)$/;
const wouldBe = /^(?:רוצה|רוצימ|שמח|שמחה|מעדיפ|מעדיפה|אמור|אמורה|אמורימ|צריכ|צריכה|נוח|עדיפ|כדאי)$/;
const reminds = /^[וש]?(?:תזכיר|תזכירי|תזכירו|להזכיר|תזכורת)$/;
const wishes = /^[וש]?(?:רוצה|רוצימ|רציתי|רצינו|לקבוע|להזמינ|לבוא|להגיע|מבקש|מבקשת|אמר|אמרה|אמרו)$/;
const thought = /^(?:חשבתי|חשבנו|הבנתי|הבנו)$/;
const thatItWas = /^ש(?:זה|ה?תור|ה?פגישה|קבענו|קבעתי|היה)$/;
const called = /^(?:שמי|שמה|שמו|בשמ)$/;

/** So many words around a time are looked at for what is told of it. */
const wordsAround = 6;
/** A date longer ago than this is a birthday or a receipt, whatever stands beside it. */
const daysAgoMax = 366;

/**
 * The times that are wished for. What is left out is only told: "שלחתי מייל ביום ראשון בבוקר", "התור הקודם היה ביום שני
 * בעשר", "תזכירי לי יום לפני", a date of birth, and a name that is a day's as well ("קוראים לי שני").
 */
export function untold({ tokens, now }: Scan, facts: readonly Fact[]): Fact[] {
  const kept: Fact[] = [];
  let toldUntil = -1;
  for (const fact of facts) {
    const hangs = toldUntil >= 0 && fact.at - toldUntil <= 1; // "ביום שני בעשר"
    if (hangs || isTold(tokens, fact) || isLongAgo(fact, now.day) || isName(tokens, fact)) toldUntil = fact.next;
    else kept.push(fact);
  }
  return kept;
}

/** The nearest verb before a time in its clause tells of the past, or the verb right behind it does. */
function isTold(tokens: readonly Token[], fact: Fact): boolean {
  if (fact.kind === "range" || /ל$/.test(fact.prefix)) return false; // "הזמנתי ליום ראשון" stands
  if (isAhead(fact, tokens)) return false; // "לקחתי יום חופש מחר"
  for (let i = fact.at - 1; i >= 0 && i >= fact.at - wordsAround; i--) {
    const token = tokens[i]!;
    if (token.mark !== "" || wishes.test(token.text) || proposes(token)) return false;
    if (reminds.test(token.text)) return tokens[fact.next - 1]!.entry.tag === "ago"; // "תזכירי לי יום לפני"
    if (tells(tokens, i)) return true;
  }
  return tells(tokens, fact.next) && tokens[fact.next]!.prefix === "";
}

/** "מחר", whatever was done about it. "למחרת" follows what was told before it. */
function isAhead({ kind, at }: Fact, tokens: readonly Token[]): boolean {
  const { shift = 0, tag } = tokens[at]!.entry;
  return kind === "date" && shift > 0 && tag !== "day-after";
}

function tells(tokens: readonly Token[], i: number): boolean {
  const text = tokens[i]?.text ?? "";
  if (happened.test(text) || whoDid.test(text) || (!tokens[i]?.known && youDid.test(text))) return true;
  if (thought.test(text)) return thatItWas.test(tokens[i + 1]?.text ?? ""); // "חשבתי שזה בחמש"
  if (!was.test(text)) return false;
  const next = tokens[i + 1];
  return next !== undefined && !wouldBe.test(next.text) && next.entry.able !== true && !proposes(next); // "הייתי רוצה"
}

const isLongAgo = (fact: Fact, today: number): boolean =>
  fact.kind === "date" && fact.days.length === 1 && fact.span === null && fact.days[0]! < today - daysAgoMax;

/** "קוראים לי שני", "קוראים לבת שלי שני", "שמה שני". */
function isName(tokens: readonly Token[], { kind, at, next, prefix }: Fact): boolean {
  if (kind !== "date" || prefix !== "" || next - at !== 1 || tokens[at]!.entry.ordinal === undefined) return false;
  const before = tokens.slice(Math.max(0, at - 4), at);
  return called.test(before.at(-1)?.text ?? "") || before.some(({ text }) => text === "קוראימ");
}
