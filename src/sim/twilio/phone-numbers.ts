import type { TwilioAccount } from "./account.ts";
import { twilioTime } from "./forms.ts";

/** A number that the account rents, by the names of its form fields. */
export interface RentedNumber {
  readonly sid: string;
  readonly phoneNumber: string;
  VoiceUrl: string;
  VoiceMethod: string;
  StatusCallback: string;
  StatusCallbackMethod: string;
  VoiceApplicationSid: string;
  TrunkSid: string;
}

interface NumbersAnswer {
  status: number;
  body: Record<string, unknown>;
}

const urls = ["VoiceUrl", "StatusCallback"] as const;
const methods = ["VoiceMethod", "StatusCallbackMethod"] as const;
const sids = ["VoiceApplicationSid", "TrunkSid"] as const;

/** A number as it comes from the shop: it plays Twilio's own welcome. */
export const freshNumber = (sid: string, phoneNumber: string): RentedNumber => ({
  sid,
  phoneNumber,
  VoiceUrl: "https://demo.twilio.com/welcome/voice/",
  VoiceMethod: "POST",
  StatusCallback: "",
  StatusCallbackMethod: "POST",
  VoiceApplicationSid: "",
  TrunkSid: "",
});

/**
 * The IncomingPhoneNumbers resource: list with its filter, read, update; null = no such resource.
 * Source: Twilio documentation, "IncomingPhoneNumber resource".
 */
export function answerNumbers(
  account: TwilioAccount,
  method: string,
  [collection = "", name = ""]: readonly string[],
  form: Readonly<Record<string, string>>,
  query: URLSearchParams,
): NumbersAnswer | null {
  if (method === "GET" && collection === "IncomingPhoneNumbers.json") return list(account, query);
  if (collection !== "IncomingPhoneNumbers") return null;
  const number = account.numbers.get(name.replace(/\.json$/, ""));
  if (number === undefined) return null;
  if (method === "POST") return update(account, number, form);
  return method === "GET" ? { status: 200, body: numberBody(account, number) } : null;
}

/** `PhoneNumber` is a pattern: digits match anywhere, `*` is any one digit. */
function list(account: TwilioAccount, query: URLSearchParams): NumbersAnswer {
  const pattern = new RegExp((query.get("PhoneNumber") ?? "").replace(/[^0-9*]/g, "").replaceAll("*", "\\d"));
  const size = Number(query.get("PageSize") ?? 50);
  const found = [...account.numbers.values()].filter(({ phoneNumber }) => pattern.test(phoneNumber)).slice(0, size);
  const uri = `/2010-04-01/Accounts/${account.sid}/IncomingPhoneNumbers.json?${query}`;
  const page = { page: 0, page_size: size, start: 0, end: Math.max(0, found.length - 1), next_page_uri: null, uri };
  return {
    status: 200,
    body: { ...page, incoming_phone_numbers: found.map((number) => numberBody(account, number)) },
  };
}

function update(account: TwilioAccount, number: RentedNumber, form: Readonly<Record<string, string>>): NumbersAnswer {
  for (const name of urls)
    if (form[name] && !/^https?:\/\/\S+$/.test(form[name])) return refusal(21_402, `${name} is not valid`);
  for (const name of methods)
    if (form[name] && !/^(?:GET|POST)$/.test(form[name])) return refusal(21_403, `${name} is not valid`);
  for (const name of [...urls, ...methods]) number[name] = form[name] ?? number[name];
  setTaker(number, form);
  return { status: 200, body: numberBody(account, number) };
}

/** "Setting a trunk_sid will automatically delete your voice_application_sid and vice versa"; what is not named stays. */
function setTaker(number: RentedNumber, form: Readonly<Record<string, string>>): void {
  for (const name of sids) number[name] = form[name] ?? number[name];
  if (form.TrunkSid) number.VoiceApplicationSid = "";
  else if (form.VoiceApplicationSid) number.TrunkSid = "";
}

function numberBody(account: TwilioAccount, number: RentedNumber): Record<string, unknown> {
  const created = twilioTime(Temporal.Instant.from("2026-01-05T08:00:00Z"));
  return {
    sid: number.sid,
    account_sid: account.sid,
    phone_number: number.phoneNumber,
    friendly_name: number.phoneNumber,
    capabilities: { voice: true, sms: false, mms: false, fax: false },
    voice_url: number.VoiceUrl,
    voice_method: number.VoiceMethod,
    voice_fallback_url: "",
    voice_fallback_method: "POST",
    voice_application_sid: number.VoiceApplicationSid || null,
    voice_receive_mode: "voice",
    trunk_sid: number.TrunkSid || null,
    status_callback: number.StatusCallback,
    status_callback_method: number.StatusCallbackMethod,
    sms_url: "",
    sms_method: "POST",
    origin: "twilio",
    beta: false,
    status: "in-use",
    date_created: created,
    date_updated: created,
    api_version: "2010-04-01",
    uri: `/2010-04-01/Accounts/${account.sid}/IncomingPhoneNumbers/${number.sid}.json`,
  };
}

const refusal = (code: number, message: string): NumbersAnswer => ({
  status: 400,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status: 400 },
});
