import { type Digits, readDigits } from "./digits.ts";
import { type Entry, lexicon } from "./lexicon.ts";
import { correctTypo } from "./typos.ts";

/** One word, number, phrase or mark of the text, with its prefix letters split off. */
export interface Token {
  /** As normalised, with the prefix; a phrase keeps its spaces. */
  text: string;
  /** Prefix letters, for example "וב" of "ובחמש". */
  prefix: string;
  entry: Entry;
  digits: Digits | null;
  /** Value of a Hebrew letter numeral written with geresh or gershayim (ד', י"ד), else 0. */
  letters: number;
  /** "," for any clause mark, "-" "/" "?" "$" (any currency or %), "" for words. */
  mark: string;
  /** The word is in the lexicon, or is a number or mark. */
  known: boolean;
}

const unknown: Entry = {};
/** "100%", "100 אחוז": an agreement, unless a thing stands beside it. */
const wholly: Entry = { act: "fine", filler: true };
const prefixLetters = "ובלהמכש";
const wordPattern =
  /(?:https?:\/\/|www\.)\S+|[a-z0-9._-]{1,64}@\S{1,200}|[א-ת][א-ת'"]*|[a-z](?:[a-z']|\.(?=[a-z]))*|\d+(?:(?:[:./-]|,(?=(?:\d{3}|00|15|30|45)(?!\d)))\d+)*|\p{Extended_Pictographic}|[^\s]/gu;

interface Raw {
  text: string;
  at: number;
}

/** Splits normalised text into tokens. Linear: every position is looked at a bounded number of times. */
export function tokenise(text: string): Token[] {
  const raws = rawTokens(text);
  const tokens: Token[] = [];
  let i = 0;
  while (i < raws.length) {
    const raw = raws[i]!;
    const first = raw.text.charCodeAt(0);
    if (raw.text.length > 4 && first < 128 && /^(?:https?:|www\.)|@./.test(raw.text)) {
      tokens.push(wordToken(raw.text, "", unknown, false)); // addresses of pages and mailboxes
      i++;
      continue;
    }
    if (raw.text === "100" && /^(?:%|אחוז)/.test(raws[i + 1]?.text ?? "")) {
      tokens.push(wordToken("100%", "", wholly, true));
      i += 2;
      continue;
    }
    if (first >= 48 && first <= 57) {
      tokens.push(numberToken(raw.text, ""));
      i++;
      continue;
    }
    if (first >= 0x5d0 && first <= 0x5ea) {
      i = readHebrew(raws, i, tokens);
      continue;
    }
    const entry = lexicon.words.get(raw.text.replaceAll(".", "")) ?? lexicon.words.get(raw.text);
    if (entry || (first >= 97 && first <= 122))
      tokens.push(wordToken(raw.text, "", entry ?? unknown, entry !== undefined));
    else tokens.push(markToken(raw.text));
    i++;
  }
  return tokens;
}

function rawTokens(text: string): Raw[] {
  const raws: Raw[] = [];
  for (const match of text.matchAll(wordPattern)) {
    const found = match[0];
    const first = found.charCodeAt(0);
    if (first >= 48 && first <= 57 && /:\d\d\/\d+:/.test(found)) splitSlash(found, match.index, raws);
    else if (first >= 48 && first <= 57 && found.includes("-")) splitDashes(found, match.index, raws);
    else if (first >= 0x5d0 && first <= 0x5ea && found.endsWith('"')) {
      raws.push({ text: found.slice(0, -1), at: match.index });
    } else if (found === "עשרה" && raws.at(-1)?.text === "-" && raws.at(-1)!.at === match.index - 1) {
      raws[raws.length - 1] = { text: found, at: match.index }; // "שתיים-עשרה"
    } else raws.push({ text: found, at: match.index });
  }
  return raws;
}

/** `10:00/11:00` is one hour or the other. */
function splitSlash(run: string, at: number, raws: Raw[]): void {
  for (const [index, piece] of run.split("/").entries()) {
    if (index > 0) raws.push({ text: "או", at });
    raws.push({ text: piece, at });
  }
}

/** `16:00-18:00` and `10-12` are two numbers; `10-31-74`, `2015-3-3` and phone numbers are one. */
function splitDashes(run: string, at: number, raws: Raw[]): void {
  const pieces = run.split("-");
  const digitCount = run.replace(/\D/g, "").length;
  const isDate = /^\d{1,2}-\d{1,2}-(\d{2}|\d{4})$/.test(run) || /^\d{4}-\d{1,2}-\d{1,2}$/.test(run);
  if (isDate || (digitCount >= 7 && !/[:./]/.test(run))) {
    raws.push({ text: run, at });
    return;
  }
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) raws.push({ text: "-", at });
    raws.push({ text: piece, at });
  }
}

const numberToken = (run: string, prefix: string): Token => ({
  text: prefix + run,
  prefix,
  entry: unknown,
  digits: readDigits(run),
  letters: 0,
  mark: "",
  known: true,
});

const wordToken = (text: string, prefix: string, entry: Entry, known: boolean, letters = 0): Token => ({
  text,
  prefix,
  entry,
  digits: null,
  letters,
  mark: "",
  known,
});

function markToken(text: string): Token {
  let mark = ",";
  if (text === "-" || text === "/" || text === "?" || text === "+") mark = text;
  else if ("$₪€£%".includes(text)) mark = "$";
  else if (text === "'" || text === '"' || text === "(" || text === ")" || text === "@" || text === "*" || text === "_")
    mark = " ";
  else if (!/[,.!;:…]/.test(text)) mark = " ";
  return { text, prefix: "", entry: unknown, digits: null, letters: 0, mark, known: true };
}

function readHebrew(raws: readonly Raw[], i: number, tokens: Token[]): number {
  const raw = raws[i]!;
  const joined = joinPrefix(raws, i);
  if (joined) {
    tokens.push(joined.token);
    return joined.next;
  }
  const glued = splitGlued(raws, i);
  if (glued) {
    tokens.push(...glued);
    return i + 2;
  }
  const phrase = matchPhrase(raws, i);
  if (phrase) {
    tokens.push(phrase.token);
    return phrase.next;
  }
  tokens.push(readWord(raw.text));
  return i + 1;
}

const isPrefix = (text: string): boolean => {
  for (const letter of text) if (!prefixLetters.includes(letter)) return false;
  return text.length <= 3;
};

/** "ב-16:30", "ב4", "ב 3pm", "ה-19", "מה-5", "ב-שבע": the prefix belongs to what follows the dash. */
function joinPrefix(raws: readonly Raw[], i: number): { token: Token; next: number } | null {
  const raw = raws[i]!;
  if (!isPrefix(raw.text)) return null;
  if (raws[i - 1]?.text === "-" && raws[i - 2]?.text.length === 1 && raw.text.length === 1) return null; // "א-ה 9:00"
  const dash = raws[i + 1]?.text === "-";
  const next = raws[dash ? i + 2 : i + 1];
  if (!next) return null;
  const code = next.text.charCodeAt(0);
  const glued = dash || next.at === raw.at + raw.text.length;
  if (code >= 48 && code <= 57 && (glued || raw.text.length === 1)) {
    return { token: numberToken(next.text, raw.text), next: dash ? i + 3 : i + 2 };
  }
  if (dash && code >= 0x5d0 && code <= 0x5ea && raw.text.length <= 2) {
    const word = readWord(next.text);
    return { token: { ...word, text: raw.text + next.text, prefix: raw.text + word.prefix }, next: i + 3 };
  }
  return null;
}

/** "מחרב3", "רביעיב17:00": a time word, the prefix of the digits and the digits in one run. */
function splitGlued(raws: readonly Raw[], i: number): [Token, Token] | null {
  const { text, at } = raws[i]!;
  const next = raws[i + 1];
  if (next?.at !== at + text.length || text.length < 4 || !/[בל]$/.test(text) || !/^\d/.test(next.text)) return null;
  if (lexicon.words.has(text)) return null;
  const word = readWord(text.slice(0, -1));
  return word.known ? [word, numberToken(next.text, text.slice(-1))] : null;
}

function matchPhrase(raws: readonly Raw[], i: number): { token: Token; next: number } | null {
  const whole = raws[i]!.text.replaceAll('"', "").replaceAll("'", "");
  for (let cut = 0; cut <= 3 && cut < whole.length - 1; cut++) {
    if (cut > 0 && !prefixLetters.includes(whole[cut - 1]!)) break;
    const options = lexicon.phrases.get(cut === 0 ? whole : whole.slice(cut));
    if (!options) continue;
    for (const { rest, entry } of options) {
      if (cut > 0 && entry.greeting) continue; // "בשמונה בבוקר טוב לי"
      if (!rest.every((word, k) => sameWord(raws[i + 1 + k]?.text, word))) continue;
      if (entry.act === "other" && /^ה?צה/.test(raws[i + 1 + rest.length]?.text ?? "")) continue; // "היום אחר הצהריים"
      const text = [whole, ...rest].join(" ");
      return { token: wordToken(text, whole.slice(0, cut), entry, true), next: i + 1 + rest.length };
    }
  }
  return null;
}

const sameWord = (text: string | undefined, word: string): boolean =>
  text === word ||
  (text !== undefined && text.length > word.length && /['"]/.test(text) && text.replace(/['"]/g, "") === word);

function readWord(text: string): Token {
  const key = /['"]/.test(text) ? text.replace(/['"]/g, "") : text;
  const whole = lexicon.words.get(key);
  if (whole) return wordToken(text, "", whole, true, letterValue(text));
  for (let cut = 1; cut <= 3 && cut < key.length - 1; cut++) {
    if (!prefixLetters.includes(key[cut - 1]!)) break;
    const entry = lexicon.words.get(key.slice(cut));
    if (entry) return wordToken(text, key.slice(0, cut), entry, true, letterValue(text.slice(cut)));
  }
  const bare = letterValue(text);
  if (bare > 0) return wordToken(text, "", unknown, true, bare);
  for (let cut = 1; cut <= 2 && cut < text.length - 1; cut++) {
    const value = prefixLetters.includes(text[cut - 1]!) ? letterValue(text.slice(cut)) : 0;
    if (value > 0) return wordToken(text, text.slice(0, cut), unknown, true, value);
  }
  const fixed = correctTypo(key);
  if (fixed) return wordToken(text, fixed.prefix, lexicon.words.get(fixed.word) ?? unknown, true);
  return wordToken(text, "", unknown, false, 0);
}

const values: Record<string, number> = {
  א: 1, ב: 2, ג: 3, ד: 4, ה: 5, ו: 6, ז: 7, ח: 8, ט: 9, י: 10, כ: 20, ל: 30, מ: 40, נ: 50,
}; // biome-ignore format: a table

/** Value of ד' or י"ד (1 to 59, day numbers), 0 when the word is not such a numeral. */
function letterValue(text: string): number {
  if (!/^(?:[א-ת]'|[א-ת]{1,2}"[א-ת])$/.test(text)) return 0;
  let sum = 0;
  let last = 100;
  for (const letter of text) {
    if (letter === "'" || letter === '"') continue;
    const value = values[letter] ?? 0;
    if (value === 0 || (value >= last && !(value === 6 && last === 9))) return 0;
    last = value;
    sum += value;
  }
  return sum;
}
