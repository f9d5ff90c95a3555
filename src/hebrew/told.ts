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
const closed = /^סגור/;
const reminds = /^[וש]?(?:תזכיר|תזכירי|תזכירו|להזכיר|תזכורת)$/;
const wishes = /^[וש]?(?:רוצה|רוצימ|רציתי|רצינו|לקבוע|להזמינ|לבוא|להגיע|מבקש|מבקשת|ביקשתי|ביקשנו|אמר|אמרה|אמרו)$/;
const thought = /^(?:חשבתי|חשבנו|הבנתי|הבנו)$/;
const thatItWas = /^ש(?:זה|ה?תור|ה?פגישה|קבענו|קבעתי|היה)$/;
const called = /^(?:שמי|שמה|שמו|בשמ|משפחת|משפחה)$/;

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
    const hangs = toldUntil >= 0 && hangsOn(tokens, fact, toldUntil);
    if (hangs || isTold(tokens, fact) || isBygone(tokens, fact, now) || isName(tokens, fact)) toldUntil = fact.next;
    else kept.push(fact);
  }
  return kept;
}

/** "ביום שני בעשר": told with the day; "מהבוקר, אפשר בארבע", "אתמול, היום בארבע" and "אתמול אבל מחר" are not. */
const hangsOn = (tokens: readonly Token[], fact: Fact, end: number): boolean =>
  fact.at <= end + 1 && !isAhead(fact, tokens) && !(fact.at > end && isParted(tokens[end]!));

const isParted = (token: Token): boolean => token.mark !== "" || proposes(token);

/**
 * The nearest verb before a time in its clause tells of the past, the one right behind it does, or an "and it did not
 * happen" follows. "הזמנתי ליום ראשון" stands.
 */
function isTold(tokens: readonly Token[], fact: Fact): boolean {
  if (isAhead(fact, tokens)) return false; // "לקחתי יום חופש מחר"
  const stands = fact.kind === "range" || fact.prefix.endsWith("ל");
  if (stands && !cameToNothing(tokens, fact.next)) return false;
  for (let i = fact.at - 1; i >= 0 && i >= fact.at - wordsAround; i--) {
    if (wasDue(tokens, i)) return true;
    if (tokens[i]!.mark !== "" || isWish(tokens, i)) return false;
    if (stands) continue;
    if (reminds.test(tokens[i]!.text)) return tokens[fact.next - 1]!.entry.tag === "ago"; // "תזכירי לי יום לפני"
    if (tells(tokens, i) || tellsNot(tokens, i)) return true;
  }
  return (
    stands ||
    cameToNothing(tokens, fact.next) ||
    (tells(tokens, fact.next) && tokens[fact.next]!.prefix === "") ||
    tellsNot(tokens, fact.next)
  );
}

/** "המשלוח היה אמור להגיע ביום שלישי": of a thing, not of the customer or the meeting. */
const wasDue = (tokens: readonly Token[], i: number): boolean =>
  tokens[i - 1]?.text.startsWith("אמור") === true &&
  /^[וש]?(?:היה|הייתה|היתה|היו)$/.test(tokens[i - 2]?.text ?? "") &&
  ![tokens[i - 3], tokens[i - 4]].some((token) => token?.entry.act === "want");

/** "רציתי", "אפשר", "יש משהו"; "יש לי" is no question. */
const isWish = (tokens: readonly Token[], i: number): boolean => {
  const { text } = tokens[i]!;
  return (
    wishes.test(text) ||
    proposes(tokens[i]!) ||
    ((text === "יש" || text === "ויש") && !/^ל(?:י|נו)$/.test(tokens[i + 1]?.text ?? ""))
  );
};

/** "... ולא ענו", "... ואף אחד לא בא" in the clause. */
function cameToNothing(tokens: readonly Token[], from: number): boolean {
  for (let i = from; i < from + wordsAround && tokens[i]?.mark === ""; i++) {
    const joined = tokens[i]!.text.startsWith("ו") || tokens[i - 1]?.text.startsWith("ו");
    if (joined && tellsNot(tokens, i)) return !tokens.slice(from, i).some((_, k) => isWish(tokens, from + k));
  }
  return false;
}

/** "מחר", whatever was done about it. "למחרת" follows what was told before it. */
function isAhead({ kind, at }: Fact, tokens: readonly Token[]): boolean {
  const { shift = 0, tag } = tokens[at]!.entry;
  return kind === "date" && shift > 0 && tag !== "day-after";
}

/** What one says, chooses or wishes was no event: "לא אמרתי שלישי", "לא בחרתי", "לא מצאתי". */
const noEvent = /^(?:אשתי|אחותי|איתמ|אליו|אמר|רצי|חשב|בחר|קבע|ביקש|התכוונ|הזמנ|החלט|הצע|סיכמ|רשמ|כתב|מצא|ראי|הבנ|שמע)/;
const pastVerb = /^(?:[א-ת]{2,}(?:תי|תמ)|[^יתבלכמש][א-ת]{2,}(?<!נ)ו)$/;

/** "לא ישנתי", "לא ענו", "לא הגיע", "אפ אחד לא בא": what did not happen is no answer, and its time is only told. */
export function tellsNot(tokens: readonly Token[], i: number): boolean {
  const next = tokens[i + 1];
  const { act } = tokens[i]?.entry ?? {};
  if (next === undefined || (act !== "no" && (act !== "dont" || !tokens[i]!.text.endsWith("עוד לא")))) return false;
  if (/^(?:הגיע|הגיעה)$/.test(next.text)) return true;
  if (/^(?:היה|הייתה|היתה)$/.test(next.text)) return ![tokens[i + 2], tokens[i + 3]].some((token) => token?.entry.able); // "לא היה לי נוח"
  const nobody = tokens[i - 1]?.entry.act === "neither" || tokens[i + 2]?.entry.act === "neither";
  if (nobody && (!next.known || /^באה?$/.test(next.text))) return true;
  return (!next.known || next.text === "באתי") && pastVerb.test(next.text) && !noEvent.test(next.text);
}

function tells(tokens: readonly Token[], i: number): boolean {
  const text = tokens[i]?.text ?? "";
  if (happened.test(text) || whoDid.test(text) || (!tokens[i]?.known && youDid.test(text))) return true;
  if (thought.test(text)) return thatItWas.test(tokens[i + 1]?.text ?? ""); // "חשבתי שזה בחמש"
  if (!was.test(text)) return false;
  const next = tokens[i + 1];
  return (
    next !== undefined && !wouldBe.test(next.text) && (!next.entry.able || closed.test(next.text)) && !proposes(next)
  ); // "הייתי רוצה"
}

/** "לא אכל מאתמול", "השיעור של אתמול בוטל": who names a day that is over beside a bound or another word than small talk wants none. */
function isBygone(tokens: readonly Token[], fact: Fact, { day: today, minute }: Scan["now"]): boolean {
  if (fact.kind !== "date" || fact.problem !== null) return false;
  const { days, span, moment, relation = null, at, next } = fact;
  const last = span?.last ?? moment?.day ?? days[0] ?? today;
  if (days.length === 1 && span === null && last < today - daysAgoMax) return true;
  const open = tokens[next]?.entry.tag !== "until"; // "מהבוקר עד הצהריים" is a stretch
  const since = open && relation === "from" && last === today && fact.part === "morning" && minute >= noon; // "מהבוקר"
  if (last >= today && !since) return false;
  return relation !== null || [-1, 1].some((step) => besideThing(tokens, step < 0 ? at - 1 : next, step));
}

const noon = 720;

/** Whether an unknown word stands within reach in the clause. */
function besideThing(tokens: readonly Token[], from: number, step: number): boolean {
  for (let i = from; tokens[i] && i !== from + step * wordsAround; i += step) {
    if (tokens[i]!.mark !== "") return false;
    if (!tokens[i]!.known) return true;
  }
  return false;
}

const tellsSomebody = /^[ול]?ל?(?:[תא]?גיד[יו]?|הגיד|תאמר[יו]?|תמסור|תמסר[יו]|מסור|מסר[יו])$/;
const givenNames = /^ל(?:שני|מאי|יוני|אפריל|יולי|ניסנ|סיוו?נ)$/;

/** "על שם חנוכה". */
const isOnName = (before: readonly Token[]): boolean => before.at(-1)?.text === "שמ" && before.at(-2)?.text === "על";

/** "קוראים לי שני", "קוראים לבת שלי שני", "שמה שני". */
function isName(tokens: readonly Token[], { kind, at, next, prefix }: Fact): boolean {
  if (prefix === "ל" && givenNames.test(tokens[at]!.text) && tellsSomebody.test(tokens[at - 1]?.text ?? ""))
    return true; // "תגיד ליוני"
  const { ordinal, holiday, month } = tokens[at]!.entry;
  if (kind !== "date" || prefix !== "" || next - at !== 1 || (ordinal ?? holiday ?? month) === undefined) return false;
  const before = tokens.slice(Math.max(0, at - 4), at);
  return called.test(before.at(-1)?.text ?? "") || isOnName(before) || before.some(({ text }) => text === "קוראימ");
}
