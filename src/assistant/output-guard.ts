import { type Claim, claimsIn } from "./claims.he.ts";

/** What may be said: texts that name allowed numbers, links and prices. */
export interface GuardInput {
  /** Business facts, procedures and what tools quoted. */
  allowedTexts: readonly string[];
  /** Whether it happened: a meeting was booked, moved or cancelled in this turn, or the customer has one. */
  mayClaim(claim: Claim): boolean;
}

export type GuardProblem = "phone_number" | "link" | "price" | "booking_claim";

const phonePattern = /(?<!\d)(?:\+|00)?\d(?:[\d\s().-]{5,16})\d(?!\d)/g;
const linkPattern =
  /(?:https?:\/\/|www\.)\S+|\b[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,8}\.(?:com|net|org|io|info|biz|co\.il|il|me|ly|app|shop|xyz|link)\b\S*|[\w.+-]{1,64}@[\w-]{1,63}\.[a-z]{2,63}/gi;
const currency = "(?:₪|ש[\"״']?ח|שקלים|שקל|nis|ils|\\$|usd|דולר(?:ים)?|€|eur|יורו|%|אחוז(?:ים)?)";
const pricePattern = new RegExp(`(?:${currency}\\s*(\\d[\\d,.]*))|(?:(\\d[\\d,.]*)\\s*${currency})`, "gi");
// "מאה שקל" is a price as well. A word before the currency that is no number ("כמה שקלים") is none.
const spokenPrice =
  /(?<![\p{L}])(?:ב|ל|מ|ו|רק )?(?:שקל אחד|(?:אפס|שני|שתי|שלוש(?:ה|ים)?|ארבע(?:ה|ים)?|חמי(?:שה|שים)|חמש|שש(?:ה|ים)?|שבע(?:ה|ים)?|שמונ(?:ה|ים)|תשע(?:ה|ים)?|עשר(?:ה|ים)?|מאה|מאתיים|מאות|אלף|אלפיים|אלפים|מיליון|חצי) (?:שקל(?:ים)?|ש["״']?ח|דולר(?:ים)?|אחוז(?:ים)?))(?![\p{L}])/gu;
// Times and dates are numbers too: "16:30", "25.11.2026", "25/11".
const timeOrDate = /\d{1,2}:\d{2}|\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?|\d{4}-\d{2}-\d{2}/g;

/**
 * What an answer says beyond the business's own data (S12): a number or link that is in none of the allowed texts, a
 * price nobody wrote, a booking that did not happen. Deterministic, linear; empty when the answer may go out.
 */
export function guardOutput(answer: string, input: GuardInput): GuardProblem[] {
  return [...new Set(piecesOf(answer).flatMap((piece) => guardPiece(piece, input)))];
}

/** So many letters are judged at once, and so many of them again with the next, for what stands across. */
const pieceLetters = 20_000;
const sharedLetters = 400;

/** Long answers in pieces that begin and end at a space where there is one: half a number is another number. */
function piecesOf(answer: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  while (answer.length - from > pieceLetters) {
    const space = answer.lastIndexOf(" ", from + pieceLetters);
    const to = space > from + pieceLetters / 2 ? space : from + pieceLetters;
    pieces.push(answer.slice(from, to));
    const again = answer.indexOf(" ", to - sharedLetters);
    from = again >= 0 && again < to ? again : to - sharedLetters;
  }
  pieces.push(answer.slice(from));
  return pieces;
}

function guardPiece(text: string, input: GuardInput): GuardProblem[] {
  const allowed = input.allowedTexts.join("\n");
  const problems = new Set<GuardProblem>();
  if (phonesIn(text).some((phone) => !phonesIn(allowed).some((known) => sameNumber(phone, known))))
    problems.add("phone_number");
  const links = new Set(linksIn(allowed));
  if (linksIn(text).some((link) => !links.has(link))) problems.add("link");
  const prices = new Set(pricesIn(allowed));
  const spoken = text.match(spokenPrice) ?? [];
  if (pricesIn(text).some((price) => !prices.has(price)) || spoken.some((price) => !allowed.includes(price)))
    problems.add("price");
  if (claimsIn(text).some((claim) => !input.mayClaim(claim))) problems.add("booking_claim");
  return [...problems];
}

/** Digits of what looks like a phone number: seven or more that are not dates and times. */
function phonesIn(text: string): string[] {
  const found = text.replace(timeOrDate, " ").match(phonePattern) ?? [];
  return found.map((phone) => phone.replace(/\D/g, "")).filter((digits) => digits.length >= 7);
}

/** The same subscriber, written nationally or internationally. */
const sameNumber = (a: string, b: string): boolean => a.replace(/^(00)?972|^0/, "") === b.replace(/^(00)?972|^0/, "");

const linksIn = (text: string): string[] =>
  (text.match(linkPattern) ?? []).map((link) =>
    link
      .toLowerCase()
      .replace(/^(?:https?:\/\/)?(?:www\.)?/, "")
      .replace(/[/.,;:!?)\]"']+$/, ""),
  );

const pricesIn = (text: string): string[] =>
  [...text.matchAll(pricePattern)].map((match) => String(Number((match[1] ?? match[2] ?? "").replace(/,|\.$/g, ""))));
