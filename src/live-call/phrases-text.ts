/**
 * Fixed sentences of the live call, rendered once in the assistant's own voice; see the `Phrases` port.
 * The assistant may have a man's name or a woman's: the Hebrew fits both.
 */
export type PhraseName =
  /** Said while an answer is slow; said in turn, so that a long wait does not repeat itself. */
  | "wait_1"
  | "wait_2"
  | "wait_3"
  /** Said while an action is under way. */
  | "checking"
  /** The connection to the model is being rebuilt. */
  | "line_trouble"
  /** There is no greeting and the caller says nothing. */
  | "invite"
  | "still_there_1"
  | "still_there_2"
  | "silent_goodbye"
  | "time_is_up"
  | "shutdown_goodbye"
  /** The assistant gives up on what it was asked; a message is taken next. */
  | "apology";

type Table = Record<PhraseName, string>;

const hebrew: Table = {
  wait_1: "רגע אחד.",
  wait_2: "עוד רגע, בבקשה.",
  wait_3: "תודה על הסבלנות, מיד.",
  checking: "רגע, זה בבדיקה.",
  line_trouble: "רגע אחד, הייתה הפרעה קטנה בקו.",
  invite: "שלום, איך אפשר לעזור?",
  still_there_1: "הלו? אני עדיין כאן, במה אפשר לעזור?",
  still_there_2: "לא שמעתי תשובה. אתם עדיין על הקו?",
  silent_goodbye: "לא שמעתי תשובה, אז ננתק בינתיים. אפשר להתקשר שוב בכל זמן. להתראות.",
  time_is_up: "הגענו לסוף הזמן של השיחה. תודה שהתקשרתם, להתראות.",
  shutdown_goodbye: "צריך לסיים את השיחה עכשיו. אפשר להתקשר שוב בעוד כמה דקות. תודה ולהתראות.",
  apology: "סליחה, לא הצלחתי לטפל בזה כרגע.",
};

const english: Table = {
  wait_1: "One moment.",
  wait_2: "Just a moment more, please.",
  wait_3: "Thank you for your patience, almost there.",
  checking: "One moment, let me check.",
  line_trouble: "One moment, there was a small problem on the line.",
  invite: "Hello, how can I help?",
  still_there_1: "Hello? I am still here, how can I help?",
  still_there_2: "I can't hear you. Are you still there?",
  silent_goodbye: "I did not hear an answer, so I will hang up for now. You can call again at any time. Goodbye.",
  time_is_up: "We have reached the end of the time for this call. Thank you for calling, goodbye.",
  shutdown_goodbye: "I have to end the call now. Please call again in a few minutes. Thank you and goodbye.",
  apology: "Sorry, I could not take care of that right now.",
};

/** Said while waiting, in order. */
export const waitPhrases = ["wait_1", "wait_2", "wait_3"] as const satisfies readonly PhraseName[];

export const phraseNames = Object.keys(english) as readonly PhraseName[];

/** The sentence in the first of the call's languages that has one; Hebrew is the default. */
export function phraseText(languages: readonly string[], name: PhraseName): string {
  const first = languages.find((language) => language === "he" || language === "en");
  return (first === "en" ? english : hebrew)[name];
}

/** What the engine is told, in English as all its instructions. */
export const engineNotes = {
  continueFrom: (heard: string): string =>
    `Your last answer broke off in the middle, and not because of anything the caller said. The caller heard you up to: "${heard}". Continue exactly from there, without repeating it and without apologising.`,
  lengthWarning: "The call reaches its time limit in about two minutes. Bring it to a polite end.",
} as const;
