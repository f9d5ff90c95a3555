import { parsePhoneNumberFromString } from "libphonenumber-js/min";

declare const e164: unique symbol;
/** A phone number in E.164 form: "+" and 7 to 15 digits. */
export type Phone = string & { readonly [e164]: true };

const e164Pattern = /^\+[1-9]\d{6,14}$/;

/**
 * Any spelling of a phone number to E.164; national numbers are read as Israeli.
 * A number that is already in E.164 is taken as it is, even when no numbering plan knows it: what a carrier
 * delivered is never refused. Null when the text is no number (star numbers, words, "anonymous").
 */
export function parsePhone(text: string): Phone | null {
  const trimmed = text.trim();
  if (e164Pattern.test(trimmed)) return trimmed as Phone;
  const parsed = parsePhoneNumberFromString(trimmed, "IL");
  return parsed && e164Pattern.test(parsed.number) && parsed.isPossible() ? (parsed.number as string as Phone) : null;
}

/** What a log may hold of a phone number: its last four digits. */
export const maskPhone = (phone: string): string => `…${phone.slice(-4)}`;
