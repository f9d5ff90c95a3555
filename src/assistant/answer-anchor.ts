import { namesSlot } from "./names-slot.ts";

/**
 * What the assistant said last, as far as an answer goes: it asked about the offer (or asked nothing), it asked whether or
 * which without naming one, or it asked something else, and then "כן" is about that, and "חמש" may be the child's age.
 */
export type Anchor = "offer" | "which" | "aside";

const asksWhich = /מועד|מהם|מביניהם|מתאי|נוח|עדי[פף]|which|suit|prefer/i;
/** Words with which one asks whether the time that was just named is taken. */
const asksToTake =
  /מתאי|נוח|טוב|בסדר|סתדר|אפשרי|סבבה|נכון|אוקי|לקבוע|[אנ]קבע|לסגור|סוגר|לרשום|ארשום|שריין|לאשר|מאשר|לשמור|אשמור|עדי[פף]|מועד|אומר|דעת|suit|work|okay|good|fine|confirm|book|prefer|which/i;
/** No answer to these is a yes, so a yes beside them is about what was asked before. */
const wantsWords =
  /^(?:ו?(?:איך|מה|מי|איפה|כמה|מתי|למה|[בל]?איז[הו])|ו?על שם|ול?מי|what|who|how|where|when)(?![א-תa-z])/i;
const cancels = /לבטל|cancel/i;
const charsRead = 2_000;

/** What an answer to `line` is about, of these offered slots (local wall time). */
export function anchorOf(line: string, slots: readonly string[], now: Temporal.ZonedDateTime): Anchor {
  const naming = namesSlot(line, slots, now);
  if (naming === "names_other") return "aside";
  if (naming === "silent" && !line.includes("?")) return "offer";
  const question = lastQuestion(line);
  if (naming === "silent") return asksWhich.test(line) || asksToTake.test(tailOf(question ?? "")) ? "which" : "aside";
  return question === null || isAboutOffer(question, slots, now) ? "offer" : "aside";
}

/** The last question that a yes can answer; null when there is none. */
function lastQuestion(line: string): string | null {
  const sentences = line.slice(0, charsRead).split(/(?<=[.!?;\n])(?=\s|$)/);
  const asked = sentences.map((text) => text.trim()).filter((text) => text.endsWith("?"));
  return asked.findLast((text) => !wantsWords.test(tailOf(text))) ?? null;
}

/** A tag asks about what stands before it: "הילד אלרגי, נכון?". */
const tag = /^(?:נכון|בסדר|טוב|אוקיי?|כן|לא|סבבה|right|ok(?:ay)?|yes)\s*\?$/i;

/** The turn of thought that a question ends with: "הילד אלרגי למשהו?" of "טוב, הילד אלרגי למשהו?". */
function tailOf(question: string): string {
  const turns = question.split(/[,;:]\s+|\s[-–]\s/);
  const last = turns.at(-1) ?? "";
  return tag.test(last) ? (turns.at(-2) ?? last) : last;
}

/** It names the slot, asks whether it suits, or hangs on it in a word ("16:30, דנה?"). */
function isAboutOffer(question: string, slots: readonly string[], now: Temporal.ZonedDateTime): boolean {
  if (cancels.test(question)) return false;
  const tail = tailOf(question);
  return asksToTake.test(tail) || namesSlot(tail, slots, now) === "names" || !/\s/.test(tail.trim());
}
