/** What listeners say to show that they listen, in the languages callers speak. A "no" or "wait" is never one. */
const BACKCHANNELS: ReadonlySet<string> = new Set([
  ...["כן", "אהה", "אה", "אהא", "אוקיי", "אוקי", "אוקיה", "הממ", "הם", "המ", "מממ", "ממ", "נכון", "בסדר", "טוב"],
  ...["סבבה", "יופי", "מעולה", "ברור", "הבנתי", "אוו", "וואו", "יאללה", "נו"],
  ...[
    "yes",
    "yeah",
    "yep",
    "yup",
    "ok",
    "okay",
    "right",
    "sure",
    "uh",
    "huh",
    "uhhuh",
    "mhm",
    "mm",
    "hmm",
    "aha",
    "ah",
    "oh",
  ],
  ...[
    "да",
    "ага",
    "угу",
    "так",
    "хорошо",
    "ладно",
    "понятно",
    "نعم",
    "ايوه",
    "أيوه",
    "طيب",
    "تمام",
    "اه",
    "آه",
    "اوكي",
  ],
]);
// "כן כן, בסדר" is one; four words are a sentence.
const WORDS_MAX = 3;

/** Whether a transcript holds nothing but backchannel words (or no word at all). */
export function isBackchannel(transcript: string): boolean {
  // Letters only: points, dashes and vowel marks (Mn) are the transcriber's taste.
  const words =
    transcript
      .toLowerCase()
      .normalize("NFC")
      .replace(/\p{Mn}/gu, "")
      .match(/\p{L}+/gu) ?? [];
  return words.length <= WORDS_MAX && words.every((word) => BACKCHANNELS.has(word));
}
