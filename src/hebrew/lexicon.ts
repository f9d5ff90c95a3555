import { keyOf } from "./normalise.ts";
import type { Part } from "./types.ts";
import { answerWords } from "./words-answers.ts";
import { talkWords } from "./words-talk.ts";
import { timeWords } from "./words-time.ts";

export type Unit = "minute" | "hour" | "day" | "week" | "month" | "year";

/** Grammatical words of the time grammar. */
export type Tag =
  | "day-word" // יום
  | "days-word" // ימים
  | "hour-word" // שעה (before a number)
  | "half"
  | "quarter"
  | "three-quarters"
  | "next"
  | "coming"
  | "this"
  | "last"
  | "in" // בעוד
  | "ago" // לפני: "before" and "ago"
  | "after"
  | "until"
  | "from" // החל מ
  | "between"
  | "about"
  | "less" // חמש פחות רבע
  | "or"
  | "end"
  | "start"
  | "middle"
  | "weekend"
  | "from-now" // מהיום, מעכשיו
  | "now"
  | "midnight"
  | "dawn" // לפנות בוקר
  | "shabbat-end" // מוצאי שבת
  | "shabbat-out" // צאת השבת
  | "shabbat-eve" // ערב שבת
  | "out" // מוצאי (כיפור, החג)
  | "candles" // כניסת שבת
  | "tonight"
  | "holidays" // החגים
  | "feast" // החג
  | "hol-hamoed"
  | "new-moon" // ראש חודש
  | "candle" // נר שלישי של חנוכה
  | "of"
  | "am"
  | "pm"
  | "later"
  | "earlier"
  | "same-hour"
  | "day-after" // למחרת
  | "same-day"
  | "everyday"; // כל

/** What a word of the conversation does, apart from naming a time. */
export type Act =
  | "yes" // an agreement wherever it stands
  | "fine" // an agreement only when nothing else is said (טוב, אפשר, מתאים)
  | "no"
  | "refuse" // a refusal on its own (אי אפשר)
  | "poor" // a refusal only when nothing else is said (קשה)
  | "untimely" // the same, but not beside a day: "מחר מוקדם" is a wish
  | "maybe"
  | "think" // undecided, whatever else is said (אחשוב)
  | "cancel"
  | "move"
  | "postpone"
  | "advance"
  | "switch" // לעבור: a move only for one who has a meeting
  | "late"
  | "arrive"
  | "stuck"
  | "instead"
  | "other" // another day or hour than the offered one
  | "except" // חוץ מיום שני
  | "correct" // סליחה, התכוונתי
  | "only"
  | "prefer"
  | "any" // לא משנה, מתי שנוח
  | "want"
  | "but"
  | "question"
  | "dont" // אל (with a future verb)
  | "both"
  | "neither"
  | "option"
  | "earliest"
  | "middle" // of three offers
  | "latest"
  | "not-about-time"; // הבנתי, שמעתי after לא

/** All a word can mean; the grammar decides which meaning applies. */
export interface Entry {
  number?: number;
  gender?: "f" | "m" | "both" | "construct";
  scale?: number;
  ordinal?: number;
  /** Feminine ordinal: an option ("האפשרות השנייה") but never a weekday. */
  feminine?: boolean;
  weekday?: number;
  month?: number;
  hebrewMonth?: string;
  unit?: Unit;
  count?: number;
  part?: Part;
  shift?: number;
  tag?: Tag;
  act?: Act;
  holiday?: string;
  /** A name, greeting or set phrase that holds no time although its words do. */
  place?: boolean;
  greeting?: boolean;
  /** Counted things: a number before them is a quantity. */
  countable?: boolean;
  /** A number after them is a label: street, floor, age. */
  label?: boolean;
  /** Makes "לא" before it a refusal: יכול, מתאים, טוב. */
  able?: boolean;
  filler?: boolean;
}

export interface Lexicon {
  words: ReadonlyMap<string, Entry>;
  /** Phrases by their first word, longest first. */
  phrases: ReadonlyMap<string, readonly { rest: readonly string[]; entry: Entry }[]>;
}

/** Word rows are `"word word | two-word-phrase_with_underscores"` to meaning; a word in several rows has all meanings. */
export type Rows = readonly (readonly [string, Entry])[];

function build(tables: readonly Rows[]): Lexicon {
  const words = new Map<string, Entry>();
  const phrases = new Map<string, { rest: readonly string[]; entry: Entry }[]>();
  for (const [forms, entry] of tables.flat()) {
    for (const form of forms.split(/\s+/).filter(Boolean)) {
      const [first = "", ...rest] = form.split("_").map(keyOf);
      if (rest.length === 0) words.set(first, { ...words.get(first), ...entry });
      else phrases.set(first, [...(phrases.get(first) ?? []), { rest, entry }]);
    }
  }
  for (const list of phrases.values()) list.sort((a, b) => b.rest.length - a.rest.length);
  return { words, phrases };
}

export const lexicon: Lexicon = build([timeWords, answerWords, talkWords]);
