const finals: Record<string, string> = { ך: "כ", ם: "מ", ן: "נ", ף: "פ", ץ: "צ" };

/** Everything past this many letters is not read: nobody states a time there, and the work stays bounded. */
export const textLettersMax = 20_000;

/**
 * Folds spellings that mean the same: niqqud and cantillation gone, geresh and gershayim to ' and ", final letters to
 * their plain form, maqaf and dashes to -, Latin to lower case, bidi and control characters gone, and a letter that is
 * drawn out (three or more times) to one. Line breaks become commas, because chat writers break lines between clauses.
 */
export function normalise(text: string): string {
  const source = text.slice(0, textLettersMax).normalize("NFKC");
  let out = "";
  let run = 0;
  let last = "";
  for (const raw of source) {
    const letter = foldLetter(raw);
    if (letter === "") continue;
    run = letter === last ? run + 1 : 1;
    last = letter;
    if (run >= 3 && isLetter(letter)) {
      if (run === 3) out = out.slice(0, -1);
      continue;
    }
    out += letter;
  }
  return out.includes("''") ? out.replaceAll("''", '"') : out;
}

/** The key under which a written-out Hebrew word is kept in the lexicon: folded, and without inner quotes. */
export const keyOf = (word: string): string => normalise(word).replaceAll('"', "").replaceAll("'", "");

const closing = Object.fromEntries(Object.entries(finals).map(([final, plain]) => [plain, final]));

/** Normalised words as people spell them: with final letters. */
export const spelled = (text: string): string =>
  text.replace(/(?<=[א-ת]"?)[כמנפצ](?![א-ת'"])/g, (letter) => closing[letter]!);

function isLetter(letter: string): boolean {
  return (letter >= "א" && letter <= "ת") || (letter >= "a" && letter <= "z");
}

function foldLetter(letter: string): string {
  const code = letter.codePointAt(0)!;
  if (code >= 0x5d0 && code <= 0x5ea) return finals[letter] ?? letter;
  if (code < 0x80) return foldAscii(letter, code);
  if (code >= 0x591 && code <= 0x5c7) return code === 0x5be ? "-" : "";
  switch (code) {
    case 0x5f3: // geresh
    case 0x2018:
    case 0x2019:
    case 0x201a:
    case 0xb4:
    case 0x2032:
      return "'";
    case 0x5f4: // gershayim
    case 0x201c:
    case 0x201d:
    case 0x201e:
    case 0x2033:
      return '"';
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2015:
    case 0x2212:
      return "-";
    case 0x2028:
    case 0x2029:
    case 0x85:
      return ",";
  }
  if ((code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e)) return "";
  if ((code >= 0x2060 && code <= 0x206f) || code === 0xfeff || code === 0xad || code === 0x61c) return "";
  if (code >= 0xfe00 && code <= 0xfe0f) return ""; // variation selectors of emoji
  if (code >= 0x1f3fb && code <= 0x1f3ff) return ""; // skin tones
  return letter;
}

function foldAscii(letter: string, code: number): string {
  if (code === 10 || code === 13) return ",";
  if (code === 9) return " ";
  if (code < 32 || code === 127) return "";
  if (code === 96) return "'";
  if (code === 92) return "/"; // "26\11" for a date
  return code >= 65 && code <= 90 ? letter.toLowerCase() : letter;
}
