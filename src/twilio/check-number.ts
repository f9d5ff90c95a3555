import { AppError } from "../base/errors.ts";
import type { Phone } from "../base/phone.ts";
import type { AccountNumber, Hook, PhoneNumbers } from "./phone-numbers.ts";

export const checkNames = ["https", "reachable", "account", "voice", "status", "whatsapp"] as const;
export const checkStates = ["ok", "wrong", "unknown"] as const;
/** Why something is wrong or unknown, where what is there does not say it. */
export const checkReasons = ["no_keys", "keys_refused", "no_answer", "not_in_account", "by_hand"] as const;

/** One thing that must hold before callers of a number reach the assistant. */
export interface NumberCheck {
  name: (typeof checkNames)[number];
  state: (typeof checkStates)[number];
  /** What is there now, e.g. `GET https://demo.twilio.com/welcome`. */
  found: string | null;
  /** What should be. */
  wanted: string | null;
  reason: (typeof checkReasons)[number] | null;
}

export interface NumberCheckDeps {
  numbers: PhoneNumbers;
  publicBaseUrl(): string;
  /** Whether our public address answers, asked from outside of us as far as that goes: status, null = no answer. */
  knock(url: string): Promise<number | null>;
}

export interface CheckedNumber {
  checks: NumberCheck[];
  /** Twilio's id of the number; null = the account does not have it, or nobody knows. */
  sid: string | null;
}

/** Where Twilio must send what happens on a number. */
export const addressesAt = (base: string) => ({
  voice: `${base}/webhook/incoming_call`,
  status: `${base}/webhook/call_status`,
  whatsapp: `${base}/webhook/whatsapp/incoming`,
});

/** Asks Twilio and our own address what stands between a caller and the assistant. Never throws for what it finds. */
export async function checkNumber(
  { numbers, publicBaseUrl, knock }: NumberCheckDeps,
  { phone, isSender }: { phone: Phone; isSender: boolean },
): Promise<CheckedNumber> {
  const base = publicBaseUrl();
  const [status, known] = await Promise.all([knock(`${base}/health/live`), ask(numbers, phone)]);
  const addresses = addressesAt(base);
  const checks: NumberCheck[] = [
    check("https", base.startsWith("https:"), { found: base, wanted: base.replace(/^http:/, "https:") }),
    check("reachable", status === 200, { found: status === null ? null : `HTTP ${status}`, reason: noAnswer(status) }),
    ...checksAtTwilio(known, addresses),
  ];
  if (isSender) checks.push(byHand(addresses.whatsapp));
  return { checks, sid: known.number?.sid ?? null };
}

/** A number of the account, or why there is none to look at. */
type Known = { number: AccountNumber } | { number: null; state: "wrong" | "unknown"; reason: NumberCheck["reason"] };

async function ask(numbers: PhoneNumbers, phone: Phone): Promise<Known> {
  if (!numbers.hasAccount) return { number: null, state: "unknown", reason: "no_keys" };
  try {
    const number = await numbers.find(phone);
    return number === null ? { number, state: "wrong", reason: "not_in_account" } : { number };
  } catch (error) {
    const isRefused = error instanceof AppError && error.public === "keys_refused";
    return isRefused
      ? { number: null, state: "wrong", reason: "keys_refused" }
      : { number: null, state: "unknown", reason: "no_answer" };
  }
}

function checksAtTwilio(known: Known, { voice, status }: ReturnType<typeof addressesAt>): NumberCheck[] {
  if (known.number === null) {
    const { state, reason } = known;
    return [
      { name: "account", state, found: null, wanted: null, reason },
      { name: "voice", state: "unknown", found: null, wanted: `POST ${voice}`, reason: null },
      { name: "status", state: "unknown", found: null, wanted: `POST ${status}`, reason: null },
    ];
  }
  const { number } = known;
  return [
    check("account", true, { found: number.sid, wanted: null }),
    hookCheck("voice", number.voice, voice, number.takenBy),
    hookCheck("status", number.status, status, number.takenBy),
  ];
}

/** An application or a trunk takes the calls, whatever the addresses say. */
function hookCheck(name: "voice" | "status", hook: Hook, url: string, takenBy: string | null): NumberCheck {
  const isOurs = takenBy === null && hook.method === "POST" && hook.url === url;
  return check(name, isOurs, { found: takenBy ?? written(hook), wanted: `POST ${url}` });
}

function check(
  name: NumberCheck["name"],
  isOk: boolean,
  told: Partial<Pick<NumberCheck, "found" | "wanted" | "reason">>,
): NumberCheck {
  return { name, state: isOk ? "ok" : "wrong", found: null, wanted: null, reason: null, ...told };
}

const written = ({ method, url }: Hook): string | null => (url === "" ? null : `${method} ${url}`);

/** A WhatsApp sender's address stands at Twilio's Senders, which this account's number says nothing about. */
const byHand = (url: string): NumberCheck => ({
  name: "whatsapp",
  state: "unknown",
  found: null,
  wanted: `POST ${url}`,
  reason: "by_hand",
});

const noAnswer = (status: number | null) => (status === null ? "no_answer" : null);
