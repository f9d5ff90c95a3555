import { AppError } from "../base/errors.ts";
import { type BusinessId, type CustomerId, parseBusinessId } from "../base/ids.ts";
import { type Phone, parsePhone } from "../base/phone.ts";

/** Every reader takes an option's name and its text: nothing given is undefined, nonsense one clear line. */

const wrong = (name: string, text: string, wanted: string): AppError =>
  new AppError("invalid", `--${name} ${JSON.stringify(text)} is not ${wanted}`);

/** @throws AppError "invalid", also when it is missing. */
export function readBusiness(text: string | undefined): BusinessId {
  const businessId = parseBusinessId(text ?? "");
  if (!businessId) throw new AppError("invalid", "--business is missing or no id; see `business list`");
  return businessId;
}

/** A text that the command cannot do without. */
export function readText(name: string, text: string | undefined): string {
  if (text?.trim()) return text;
  throw new AppError("invalid", `--${name} is missing`);
}

/** The id that stands as a word of its own behind the verb, like `calls show ID`. */
export function readIdWord(what: string, words: readonly string[]): string {
  const id = parseBusinessId(words[0] ?? ""); // all ids are spelled alike
  if (id === null) throw new AppError("invalid", `write the id of the ${what} behind the verb`);
  return id;
}

export function readId(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const id = parseBusinessId(text);
  if (id === null) throw wrong(name, text, "an id");
  return id;
}

export const readCustomer = (name: string, text: string | undefined): CustomerId | undefined =>
  readId(name, text) as CustomerId | undefined;

export function readWhole(name: string, text: string | undefined, from = 1): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text) || Number(text) < from) throw wrong(name, text, `a whole number from ${from} on`);
  return Number(text);
}

export function readSwitch(name: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (text !== "true" && text !== "false") throw wrong(name, text, "true or false");
  return text === "true";
}

export function readPhone(name: string, text: string | undefined): Phone | undefined {
  if (text === undefined) return undefined;
  const phone = parsePhone(text);
  if (phone === null) throw wrong(name, text, "a phone number; write one like +97231234567");
  return phone;
}

export function readChoice<C extends string>(
  name: string,
  text: string | undefined,
  choices: readonly C[],
): C | undefined {
  if (text === undefined) return undefined;
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) throw wrong(name, text, choices.join(" or "));
  return choice;
}

/** Comma separated; an empty text is an empty list. */
export const readList = (text: string | undefined): string[] | undefined =>
  text
    ?.split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

export function readDate(name: string, text: string | undefined): Temporal.PlainDate | undefined {
  if (text === undefined) return undefined;
  try {
    if (/^\d{4}-\d\d-\d\d$/.test(text)) return Temporal.PlainDate.from(text, { overflow: "reject" });
  } catch {
    // said below
  }
  throw wrong(name, text, "a date; write one like 2026-12-31");
}

/** Only the fields that have a value: what is not given does not change. */
export function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** For commands that change something: nothing to change is a mistake. */
export function requireSome(fields: object, hint: string): void {
  if (Object.keys(fields).length === 0) throw new AppError("invalid", `nothing to change; give ${hint}`);
}
