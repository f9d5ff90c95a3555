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

const listening = /^(?:שמעתי|שומע|שומעת|שומעימ|מקשיב|מקשיבה|ממתינ|ממתינה|מחכה|עדיינ|עוד|בקו|כאנ|פה|איתכ|איתכמ)$/;

/** "כן שמעתי אותך", "כן אני כאן": the answer of somebody who was called, not of one who was offered something. */
export function answersCall(rest: readonly Token[]): boolean {
  const content = rest.filter(({ text }) => !/^(?:אני|א[ונ]ת[כי].*|מצוינ|טוב|היטב)$/.test(text));
  return content.length > 0 && content.length <= 3 && content.every(({ text }) => listening.test(text));
}

const understanding = /^(?:הבנתי|הבנת|שמעתי|מבינ|מבינה|שומע|שומעת)$/;

/** "כן לא הבנתי": who did not get the question has not answered it. */
export const missedIt = (tokens: readonly Token[]): boolean =>
  tokens.some(({ entry }, i) => entry.act === "no" && understanding.test(tokens[i + 1]?.text ?? ""));
