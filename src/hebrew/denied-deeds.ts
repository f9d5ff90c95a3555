import type { Token } from "./tokens.ts";

const swaps = /^[הולכב]*(?:החליפ|החלפ|תחליפ|נחליפ)/;
const passesOn = /^[הולכב]*(?:[תנ]?עביר|שנות|[תנ]שנ)/;
const between = /^(?:לי|לנו|לו|לה|להמ|את|אותי|אותנו)$/;
const meeting = /^ה?(?:תאריכ|מועד|זמנ)$/;

/**
 * "להחליף צמיגים", "תעבירו לי קישור", "תעבירי אותי למנהל", "לשנות את השם": what is swapped, passed on or changed is a thing
 * or a person, not the time of a meeting. "להעביר את הטיפול לרביעי" names a time and moves.
 */
export function movesThing(tokens: readonly Token[], i: number): boolean {
  const passing = passesOn.test(tokens[i]!.text);
  if (!passing && !swaps.test(tokens[i]!.text)) return false;
  let at = i + 1;
  while (between.test(tokens[at]?.text ?? "") && at < i + 4) at++;
  const object = tokens[at];
  if (object === undefined || object.mark !== "" || meeting.test(object.text)) return false;
  const { countable, label } = object.entry;
  const isThing = !object.known || countable === true || label === true || object.text === "השמ";
  return isThing && !(passing && tokens.slice(at, at + timeWithin).some(namesTime));
}

/** So many words behind the verb are looked through for a time. */
const timeWithin = 12;

const namesTime = ({ entry, digits }: Token): boolean =>
  digits !== null ||
  [entry.shift, entry.weekday, entry.ordinal, entry.number, entry.part, entry.unit, entry.month].some(
    (meaning) => meaning !== undefined,
  );

const vehicle = /^ב(?:אוטו|רכב|רכבת|אוטובוס|מונית|רגל|אופניימ|אופנוע)$/;

/** "לא לבטל", "אל תבטלו", "לא צריך להזיז": the deed is denied. */
export function negatedDeed(tokens: readonly Token[], i: number): boolean {
  const { act } = tokens[i]!.entry;
  if (act === "cancel" && (undone(tokens, i) || asksTheRule(tokens, i) || cancelsThing(tokens, i))) return true;
  if (act === "cancel" && (onlyThoughtOf(tokens, i) || comesAnyhow(tokens[i]!, tokens[i + 1]))) return true;
  if (act === "yes" || act === "maybe" || act === "correct" || act === "instead" || act === "any") return false;
  if (act === "think" && tokens[i]!.text.startsWith("לא ")) return false; // "לא אני לא יודע"
  for (let k = i - 1; k >= 0 && k >= i - 2; k--) {
    const before = tokens[k]!;
    if (before.mark === "," || before.mark === "?") return false;
    if (before.entry.act === "no" || before.entry.act === "dont") return true;
    if (before.entry.act === "refuse" && act !== "want") return /צריכ|רוצה/.test(before.text) || k === i - 1;
  }
  return false;
}

/** "תבטלי את הביטול": both words together undo it. */
function undone(tokens: readonly Token[], i: number): boolean {
  const isNoun = (at: number): boolean => /^ה?ביטול$/.test(tokens[at]?.text ?? "");
  const behind = tokens[i + 1]?.text === "את" ? i + 2 : i + 1;
  const verb = tokens[i - 1]?.text === "את" ? i - 2 : i - 1;
  return isNoun(i) ? tokens[verb]?.entry.act === "cancel" : isNoun(behind);
}

const bought =
  /^ה?(?:מנוי|מינוי|ביטוח|פוליסה|חשבונ|חשבונית|עסקה|עסקת|חיוב|הוראת|כרטיס|כרטיסימ|אשראי|תשלומ|תשלומימ|משלוח|הרשמה|אפליקציה|קנס|דוח|צ'ק|המחאה|קופונ|חבילה|תוכנית|הסכמ|חוזה|רכישה|קנייה|קניה|תזכורת|תזכורות)$/;

/** "לבטל את המנוי": what is bought, paid or subscribed to, not a meeting. */
function cancelsThing(tokens: readonly Token[], i: number): boolean {
  let at = i + 1;
  while (between.test(tokens[at]?.text ?? "") && at < i + 4) at++;
  return bought.test(tokens[at]?.text ?? "");
}

/** "אפשר לבטל עד יום לפני?", "ניתן לבטל בלי קנס?": the rule is asked for. */
const asksTheRule = (tokens: readonly Token[], i: number): boolean =>
  /^(?:אפשר|ניתנ|מותר)$/.test(tokens[i - 1]?.text ?? "") &&
  (tokens[i + 1]?.entry.tag === "until" || /^(?:בלי|ללא|בחינמ)$/.test(tokens[i + 1]?.text ?? ""));

/** "לא מגיעה באוטו", "לא אגיע לבד", "לא אגיע לפני חמש": how or how early is denied, not that one comes. */
function comesAnyhow({ text }: Token, next: Token | undefined): boolean {
  if (vehicle.test(next?.text ?? "")) return true;
  if (!text.startsWith("לא ") || next === undefined) return false;
  const { tag } = next.entry;
  return /^(?:לבד|עמ)$/.test(next.text) || tag === "ago" || tag === "until" || tag === "after";
}

/** "איך מבטלים?", "עד מתי אפשר לבטל", "חשבתי לבטל", "אולי אבטל", "מקסימום אבטל": spoken of, not done. */
function onlyThoughtOf(tokens: readonly Token[], i: number): boolean {
  for (let k = i - 1; k >= 0 && k >= i - 4; k--) {
    const { mark, text, entry } = tokens[k]!;
    if (mark === "," || mark === "?" || entry.act === "cancel") return false;
    if (
      entry.act === "question" ||
      entry.act === "maybe" ||
      /^(?:מתי |(?:חשבתי|חושב|חושבת|מקסימומ|שכחתי|שכחנו)$)/.test(text)
    )
      return true;
    if (k === i - 1 && text === "על") return true; // "יש קנס על ביטול?"
  }
  return false;
}

/** "רציתי לבטל אבל בסוף אני כן מגיעה": taken back in the same breath. */
export function takenBack(tokens: readonly Token[], cancel: number): boolean {
  const but = tokens.findIndex(({ entry }, i) => i > cancel && entry.act === "but");
  return but >= 0 && tokens.slice(but).some(({ text, entry }) => entry.act === "arrive" || text.startsWith("אני בא"));
}
