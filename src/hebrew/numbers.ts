import type { Token } from "./tokens.ts";

/** A number in words or digits that spans `tokens[at..next)`. */
export interface NumberSpan {
  value: number;
  next: number;
  prefix: string;
  digits: boolean;
  /** Grammatical gender as written; "construct" (שני, שתי) always counts something and is never an hour. */
  gender: "f" | "m" | "both" | "construct";
  /** The first word is also an ordinal (שני): Monday as well as two. */
  ordinal: boolean;
}

const unit = (token: Token | undefined): number =>
  token && token.entry.number !== undefined && token.entry.number <= 10 ? token.entry.number : -1;

/**
 * Reads a number: digits, one to ninety-nine in words of either gender ("עשרים וחמש", "שבע עשרה"), and larger ones
 * with מאה, אלף and מיליון. "ארבע ועשרה" is two numbers (ten past four): teens never carry ו before the ten.
 */
export function readNumber(tokens: readonly Token[], at: number): NumberSpan | null {
  const token = tokens[at];
  if (!token) return null;
  const { digits, entry, prefix } = token;
  if (digits) {
    if (digits.shape !== "int" && digits.shape !== "decimal") return null;
    const span: NumberSpan = {
      value: digits.value,
      next: at + 1,
      prefix,
      digits: true,
      gender: "both",
      ordinal: false,
    };
    return scaled(tokens, span);
  }
  if (entry.scale !== undefined) {
    return scaled(tokens, { value: 1, next: at, prefix, digits: false, gender: "both", ordinal: false });
  }
  if (entry.number === undefined) return null;
  const ordinal = entry.ordinal !== undefined;
  const span: NumberSpan = {
    value: entry.number,
    next: at + 1,
    prefix,
    digits: false,
    gender: entry.gender ?? "both",
    ordinal,
  };
  return scaled(tokens, belowHundred(tokens, at, span));
}

function belowHundred(tokens: readonly Token[], at: number, span: NumberSpan): NumberSpan {
  const second = tokens[at + 1];
  if (!second) return span;
  if (span.value >= 20) {
    const ones = unit(second);
    if (ones < 1 || ones > 9 || second.prefix !== "ו") return span;
    if (unit(tokens[at + 2]) === 10 && tokens[at + 2]!.prefix === "") return span;
    return { ...span, value: span.value + ones, next: at + 2, gender: second.entry.gender ?? "both" };
  }
  const teen = span.value >= 1 && span.value <= 9 && second.prefix === "" && second.entry.number === 10;
  if (!teen || (span.gender === "construct" && span.value !== 2)) return span;
  return { ...span, value: span.value + 10, next: at + 2, gender: second.text === "עשר" ? "m" : "f", ordinal: false };
}

/** Hundreds, thousands and millions: the number is then a quantity, its exact value only helps the evidence. */
function scaled(tokens: readonly Token[], span: NumberSpan): NumberSpan {
  let result = span;
  for (let token = tokens[result.next]; token?.entry.scale !== undefined; token = tokens[result.next]) {
    if (token.prefix !== "" && token.prefix !== "ו" && result.next !== span.next) break;
    result = { ...result, value: result.value * token.entry.scale, next: result.next + 1, gender: "construct" };
  }
  return result;
}
