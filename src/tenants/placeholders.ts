import { AppError } from "../base/errors.ts";

/** The closed list: what a greeting or prompt may ask for, with the words the panel shows beside it. */
export const placeholders = {
  business_name: "שם העסק",
  assistant_name: "שם העוזרת",
  customer_name: "שם הלקוח",
  city: "עיר",
  today: "היום והתאריך",
} as const;

export type Placeholder = keyof typeof placeholders;
export type PlaceholderValues = Partial<Record<Placeholder, string>>;

const pattern = /\{\{\s*([^{}]*?)\s*\}\}/g;
// A mark ends a clause only before white space or the end: "10:30" and "3.5" stay whole.
const clausePattern = /[\s\S]*?(?:[,;:.!?–](?=\s|$)\s*|\n+|$)/g;

const promptNames: readonly string[] = Object.keys(placeholders);
// A greeting is spoken from a recording made once: it cannot say what day it is.
const greetingNames = promptNames.filter((name) => name !== "today");

/** Names in `text` that are not among `known`, each once, in order. */
export function unknownPlaceholders(text: string, known = promptNames): string[] {
  const names = [...text.matchAll(pattern)].map((match) => match[1] ?? "");
  return [...new Set(names.filter((name) => !known.includes(name)))];
}

/** What a text of this kind may ask for: a greeting less than a prompt. */
export const placeholdersOf = (kind: "prompt" | "greeting"): readonly string[] =>
  kind === "prompt" ? promptNames : greetingNames;

/**
 * For every save of a text that people write; `path` is the field that it stands in.
 * @throws AppError "invalid", its public face naming the unknown placeholders.
 */
export function assertPlaceholders(text: string, kind: "prompt" | "greeting" = "prompt", path = "body"): void {
  const known = placeholdersOf(kind);
  const unknown = unknownPlaceholders(text, known);
  if (unknown.length === 0) return;
  const said = `unknown placeholder: ${unknown.join(", ")}; there are ${known.join(", ")}`;
  throw new AppError("invalid", said, { public: said, fields: [{ path, code: "unknown_placeholder" }] });
}

/**
 * Fills `{{name}}`. A clause (up to the next , ; : . ! ? or line end) with an empty or unknown value is left out whole,
 * so that nobody hears "שלום , הגעת". Values are put in as they are: they are never filled a second time.
 */
export function fillPlaceholders(text: string, values: PlaceholderValues): string {
  let result = "";
  for (const [clause] of text.matchAll(clausePattern)) {
    if (clause === "") continue;
    const names = [...clause.matchAll(pattern)].map((match) => match[1] ?? "");
    const missing = names.some((name) => filled(values, name) === "");
    result = missing ? closedWith(result, clause) : result + clause.replace(pattern, (_, name) => filled(values, name));
  }
  return result.trim();
}

const filled = (values: PlaceholderValues, name: string): string =>
  Object.hasOwn(placeholders, name) ? (values[name as Placeholder] ?? "").trim() : "";

/** A dropped clause that ended the sentence hands its end mark to the clause before it. */
function closedWith(before: string, dropped: string): string {
  const end = /([.!?]?)(\s*)$/.exec(dropped);
  const closes = end?.[1] !== "" || dropped.includes("\n") || /[^,;:–\s]\s*$/.test(dropped);
  return closes ? before.replace(/[,;:–]\s*$/, `${end?.[1] || "."}${end?.[2] ?? ""}`) : before;
}
