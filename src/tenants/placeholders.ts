import { AppError } from "../base/errors.ts";

/** The closed list: what a greeting or prompt may ask for, with the words the panel shows beside it. */
export const placeholders = {
  business_name: "שם העסק",
  assistant_name: "שם העוזרת",
  customer_name: "שם הלקוח",
  city: "עיר",
  address: "כתובת",
  hours_today: "שעות הפעילות היום",
  today: "היום והתאריך",
} as const;

export type Placeholder = keyof typeof placeholders;
export type PlaceholderValues = Partial<Record<Placeholder, string>>;

const pattern = /\{\{\s*([^{}]*?)\s*\}\}/g;
// A mark ends a clause only before white space or the end: "10:30" and "3.5" stay whole.
const clausePattern = /[\s\S]*?(?:[,;:.!?–](?=\s|$)\s*|\n+|$)/g;

/** Names in `text` that the list does not have, each once, in order. */
export function unknownPlaceholders(text: string): string[] {
  const names = [...text.matchAll(pattern)].map((match) => match[1] ?? "");
  return [...new Set(names.filter((name) => !Object.hasOwn(placeholders, name)))];
}

/**
 * For every save of a text that people write.
 * @throws AppError "invalid", its public face naming the unknown placeholders.
 */
export function assertPlaceholders(text: string): void {
  const unknown = unknownPlaceholders(text);
  if (unknown.length === 0) return;
  const said = `unknown placeholder: ${unknown.join(", ")}; there are ${Object.keys(placeholders).join(", ")}`;
  throw new AppError("invalid", said, { public: said });
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
