const finals: Readonly<Record<string, string>> = { ך: "כ", ם: "מ", ן: "נ", ף: "פ", ץ: "צ" };

/**
 * Text as it is searched: without vowel points, quotes, geresh and the difference of final letters, in lower case; of a phone
 * number the digits as they are dialled in the country.
 */
export function searchKey(text: string): string {
  const plain = text
    .normalize("NFC")
    .toLowerCase()
    .replace(/[\u0591-\u05c7"'׳״`]/g, "")
    .replace(/[ךםןףץ]/g, (letter) => finals[letter] ?? letter)
    .trim();
  return /^[+\d\s()./-]+$/.test(plain) ? plain.replace(/\D/g, "").replace(/^972/, "0") : plain.replace(/\s+/g, " ");
}

/** True when every word of `wanted` stands in the text; both are search keys. */
export const matches = (text: string, wanted: string): boolean =>
  wanted === "" || wanted.split(" ").every((word) => text.includes(word));
