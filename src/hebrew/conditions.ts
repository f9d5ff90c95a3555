import type { Token } from "./tokens.ts";

const conditions = /^ו?(?:בתנאי|בהנחה|במידה)$/;

/**
 * "אם זה לא יקר", "בתנאי שזה בזום", "כל עוד": a yes that hangs on something is none yet. "אם אפשר" is politeness, "אם אין
 * משהו אחר" a choice made, and what is read as "אם" before a mark or an answer is a hesitation.
 */
export const isConditional = (tokens: readonly Token[]): boolean =>
  tokens.some(({ text }, i) => {
    if (text === "כל") return tokens[i + 1]?.text === "עוד";
    const whatever = /^(?:גמ|אפילו)$/.test(tokens[i - 1]?.text ?? ""); // "גם אם יורד גשם"
    return conditions.test(text) || (/^ו?אמ$/.test(text) && !whatever && supposes(tokens, i + 1));
  });

function supposes(tokens: readonly Token[], at: number): boolean {
  let i = at;
  while (tokens[i]?.text === "זה" || tokens[i]?.text === "אני") i++;
  const next = tokens[i];
  if (next === undefined || next.mark !== "" || next.text === "אינ") return false;
  return next.entry.act !== "fine" && next.entry.act !== "yes";
}

const said = /^[ושה]?(?:אמר(?:תי|ת|ה|נו|ו|תמ)?|אומר(?:ת|ימ)?|עניתי|ענה|ענתה|כתבתי|כתבת)$/;

/** "אמרתי כן למישהו אחר", "מה זה כן": the yes before which this stands is spoken of, not said. */
export const speaksOf = ({ text, entry }: Token): boolean =>
  said.test(text) || /^(?:מה|[בלמ]?איז[הו])$/.test(text) || entry.act === "question";

const listening =
  /^(?:שמעתי|שומע|שומעת|שומעימ|מקשיב|מקשיבה|ממתינ|ממתינה|מחכה|עדיינ|עוד|על|ב?קו|הקו|כאנ|פה|איתכ|איתכמ)$/;
const onThePhone = /^(?:מדבר|מדברת|הלו|דבר|דברי|דברו|תדבר|תדברי)$/;
const toMe = /^(?:אלי|אליי|אלינו)$/; // "זה מדבר אליי"
const writesDown = /^(?:רושמת?|כותבת?)$/; // "כן שנייה רושמת"
const holds = /^(?:רגע|שניי?ה|דקה|שניה רגע|דקה רגע)$/;
const person = /^(?:ז[האו]|זאת|שמ|את|אתה|אתמ|מדבר|מדברת)$/;

/**
 * "כן שמעתי אותך", "כן זה דנה מדברת", "הלו כן", "כן מי זה", "כן רגע אני בחוץ", "כן כמה זה עולה": the answer of somebody who was
 * called, has to wait or wants to know first, not of one who agrees to what was offered. `rest` is what its clause says
 * behind the yes at `i`.
 */
export function answersCall(tokens: readonly Token[], i: number, rest: readonly Token[]): boolean {
  if (tokens[i - 1]?.text === "הלו") return true;
  if (rest.length === 0) return false;
  if (rest.some(({ text }, k) => onThePhone.test(text) && !toMe.test(rest[k + 1]?.text ?? ""))) return true;
  const words = rest.filter(({ mark, text }) => mark === "" && !/^(?:אבל|רק|נו|שלומ|היי|תגידי?)$/.test(text));
  const [first, second] = words;
  if (first && second && holds.test(first.text)) return !words.some(({ text }) => writesDown.test(text));
  if (first && (asksHowMuch(first, second) || asksWho(first, second))) return true;
  const content = rest.filter(({ text }) => !/^(?:אני|א[ונ]ת[כי].*|מצוינ|טוב|היטב)$/.test(text));
  return content.length > 0 && content.length <= 3 && content.every(({ text }) => listening.test(text));
}

/** "כמה זה עולה", "למה"; "כמה טוב" is joy. */
const asksHowMuch = ({ text }: Token, next: Token | undefined): boolean =>
  /^ו?(?:כמה|למה)$/.test(text) && next?.entry.able === undefined && next?.entry.act !== "fine";

/** "מי זה?", "מי שם", "מה" with nothing behind it. */
const asksWho = ({ text }: Token, next: Token | undefined): boolean =>
  /^ו?מי$/.test(text) ? next === undefined || person.test(next.text) : text === "מה" && next === undefined;

const understanding =
  /^(?:הבנתי|הבנת|הבנו|שמעתי|שמענו|קלטתי|מבינ|מבינה|מבינימ|שומע|שומעת|שומעימ|קולט|קולטת|לשמוע|להבינ|ברור)$/;

/** "כן לא הבנתי": who did not get the question has not answered it. */
export const missedIt = (tokens: readonly Token[]): boolean =>
  tokens.some(({ entry }, i) => entry.act === "no" && understanding.test(tokens[i + 1]?.text ?? ""));

const degree = /^(?:לגמרי|לחלוטינ|ממש|מאה אחוז|100%|כל כ.?|הכי|עד|הסופ|באמת|עדיינ|ב?מאה)$/;
const certain = /^(?:בטוח|בטוחה|בטוחימ|סגור|סגורה|סגורימ)$/;

/** "כן או לא", "כן ולא", "גם לא כן", "לא מאה אחוז סגור": both answers are none yet, nor is less than certainty. */
export const isUnsure = (tokens: readonly Token[]): boolean =>
  tokens.some(({ text, entry }, i) => {
    if (text === "כנ" && (deniedToo(tokens, i) || endsWithNo(tokens, i + 1))) return true;
    if (text === "לא" && tokens[i + 1]?.entry.tag === "or" && tokens[i + 2]?.text === "כנ") return true;
    if (entry.act !== "no" && text !== "לא ממש") return false;
    let at = i + 1;
    while (degree.test(tokens[at]?.text ?? "")) at++;
    return certain.test(tokens[at]?.text ?? "");
  });

/** "גם לא כן". */
const deniedToo = (tokens: readonly Token[], i: number): boolean =>
  tokens[i - 1]?.text === "לא" && /^ו?גמ$/.test(tokens[i - 2]?.text ?? "");

/** "או לא", "ולא" and "וגם לא" with nothing behind it in the clause. */
function endsWithNo(tokens: readonly Token[], at: number): boolean {
  if (tokens[at]?.entry.tag === "or" && tokens[at + 1]?.text === "לא") return true;
  const end = tokens[at]?.text === "וגמ" ? at + 1 : at;
  const no = tokens[end]?.text ?? "";
  return (no === "ולא" || (end > at && no === "לא")) && tokens[end + 1]?.mark !== "";
}
