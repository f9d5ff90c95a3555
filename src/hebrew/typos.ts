import { lexicon } from "./lexicon.ts";
import { keyOf } from "./normalise.ts";

/**
 * The closed list of time words whose misspellings are repaired. Short words are left out on purpose: one letter from
 * "מחר" is "מחיר", and a wrong day is worse than a question.
 */
const repairable = `ראשון שלישי רביעי חמישי צהריים הצהריים בצהריים מחרתיים שבועיים חודשיים יומיים שעתיים אתמול עכשיו ינואר פברואר אפריל
  אוגוסט ספטמבר אוקטובר נובמבר דצמבר ארבעה חמישה שמונה עשרים שלושים ארבעים חמישים שלושה`;

/** Homophones people swap when they write by ear; allowed already in words of four letters. */
const homophones: Record<string, string> = {
  א: "עה", ע: "א", ה: "א", ט: "ת", ת: "ט", כ: "קח", ק: "כ", ח: "כ", ב: "ו", ו: "ב", ס: "ש", ש: "ס", צ: "ס",
}; // biome-ignore format: a table

/** Real words that happen to be one letter away from a time word. */
const realWords = new Set(
  `שכונה שמורה שעונה שמינה אפרים עשרות עשירים עשירית ראשית ראשונה ראשוני שלישון חמישיה שמועה ארבעת אמצע חמימה תמונה שלושת שעתית חמישית
  רביעית רביעיה שלישית ראשונית מונה שאול שבועית חודשית יומית שבועות חמורה ארוכה שמנה ראיון רעיון חשבון מחירים מחירון רבים רגיל חמים
  שעות אתמודד צהריינית דרבון ראשונים אחרון עוגן אוגדן שמוני חמישיות ריאיון שעונים שמונים`
    .split(/\s+/)
    .map(keyOf),
);

const prefixLetters = "ובלהמכש";

/** Deletion neighbourhood: every repairable word and each of its one-letter deletions, to the words they may mean. */
const neighbours = buildNeighbours();

function buildNeighbours(): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  const add = (key: string, word: string) => map.set(key, [...(map.get(key) ?? []), word]);
  for (const word of repairable.split(/\s+/).map(keyOf)) {
    if (!lexicon.words.has(word)) continue;
    for (const form of deletions(word)) add(form, word);
    add(word, word);
  }
  return map;
}

function deletions(word: string): string[] {
  return Array.from(word, (_, i) => word.slice(0, i) + word.slice(i + 1));
}

/**
 * The time word that `word` misspells by one edit (letter missing, extra, wrong, or two swapped), with its prefix
 * letters, or null. A word that only carries a Hebrew ending (ראשונה, שלישית) is never taken for a misspelling.
 */
export function correctTypo(word: string): { word: string; prefix: string } | null {
  if (word.length === 3 && word[1] === word[2] && isAnswer(word.slice(0, 2)))
    return { word: word.slice(0, 2), prefix: "" };
  for (let cut = 0; cut <= 2 && cut < word.length - 3; cut++) {
    if (cut > 0 && !prefixLetters.includes(word[cut - 1]!)) break;
    const stem = word.slice(cut);
    if (realWords.has(stem)) return null;
    const fixed = stem.length >= 4 && stem.length <= 9 ? nearest(stem) : null;
    if (fixed) return { word: fixed, prefix: word.slice(0, cut) };
  }
  return null;
}

const isAnswer = (word: string): boolean => {
  const { act } = lexicon.words.get(word) ?? {};
  return act === "yes" || act === "no" || act === "fine"; // "כןן", "לאא", "מעולהה"
};

const weekdayNames = ["ראשון", "שני", "שלישי", "רביעי", "חמישי", "שישי"].map(keyOf);

/** Behind "יום" a name that lost one letter is still a weekday: "יום חמיש", "יום רבעי". Sunday is 0; null for none. */
export function weekdayMissingLetter(word: string): number | null {
  const found = weekdayNames.findIndex(
    (name) => name.length > 3 && word[0] === name[0] && deletions(name).includes(word),
  );
  return found < 0 ? null : found;
}

function nearest(stem: string): string | null {
  const single = stem.replace(/(.)\1/g, "$1"); // a letter held down twice: "מחרר"
  if (single !== stem && lexicon.words.has(single) && (isTimeWord(single) || isAnswer(single))) return single;
  const byEar = homophone(stem);
  if (byEar) return byEar;
  if (stem.length < 5)
    return (
      neighbours.get(stem)?.find((word) => word[0] === stem[0] && word.length === 5 && insideEdit(stem, word)) ?? null
    );
  for (const form of [stem, ...deletions(stem)]) {
    const found = neighbours
      .get(form)
      ?.find((word) => word[0] === stem[0] && insideEdit(stem, word) && oneEdit(stem, word));
    if (found) return found;
  }
  return null;
}

/** An extra letter at the end is a Hebrew ending, and a missing last letter another word; both are left alone. */
function insideEdit(stem: string, word: string): boolean {
  return !stem.startsWith(word) && !(word.startsWith(stem) && stem.length < 5);
}

function homophone(stem: string): string | null {
  for (let i = 0; i < stem.length; i++) {
    for (const other of homophones[stem[i]!] ?? "") {
      const candidate = stem.slice(0, i) + other + stem.slice(i + 1);
      if (lexicon.words.has(candidate) && isTimeWord(candidate)) return candidate;
    }
  }
  return null;
}

function isTimeWord(word: string): boolean {
  const entry = lexicon.words.get(word)!;
  if (entry.shift !== undefined || entry.part !== undefined) return true;
  if (entry.tag === "quarter" || entry.tag === "half") return true;
  return (
    (entry.number !== undefined && entry.gender !== "construct") ||
    entry.ordinal !== undefined ||
    entry.month !== undefined
  );
}

/** Damerau distance of exactly one, for strings that share a deletion neighbour. */
function oneEdit(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  let j = 0;
  while (j < a.length - i && j < b.length - i && a[a.length - 1 - j] === b[b.length - 1 - j]) j++;
  const [restA, restB] = [a.slice(i, a.length - j), b.slice(i, b.length - j)];
  if (restA.length <= 1 && restB.length <= 1) return true;
  return restA.length === 2 && restB.length === 2 && restA[0] === restB[1] && restA[1] === restB[0];
}
