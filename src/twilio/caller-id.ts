import { parsePhone } from "../base/phone.ts";

// What Twilio sends as From when the caller's number is withheld: a word, or that word typed on a phone's keypad.
// Source: Twilio help, "Why am I getting calls from these strange numbers?".
const hiddenWords = new Set(["ANONYMOUS", "RESTRICTED", "BLOCKED", "UNKNOWN", "UNAVAILABLE", "PRIVATE"]);
const keypad = ["ABC", "DEF", "GHI", "JKL", "MNO", "PQRS", "TUV", "WXYZ"];
const digitOf = (letter: string): number => keypad.findIndex((letters) => letters.includes(letter)) + 2;
const hiddenNumbers = new Set([...hiddenWords].map((word) => `+${[...word].map(digitOf).join("")}`));

/** The caller's number in E.164, or "" when it is hidden or is no number: such callers are never merged into one customer. */
export function callerNumber(from: string | undefined): string {
  const text = from?.trim() ?? "";
  if (hiddenNumbers.has(text) || hiddenWords.has(text.toUpperCase())) return "";
  return parsePhone(text) ?? "";
}
