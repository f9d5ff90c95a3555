import { AppError } from "../base/errors.ts";
import type { Phone } from "../base/phone.ts";
import { limits } from "../limits.ts";
import { type Answer, codeOf, exchange, isSuccess, objectIn, type TwilioAccess } from "./exchange.ts";

/** One address that Twilio asks, and how; `url` is empty where nothing is set. */
export interface Hook {
  method: string;
  url: string;
}

/** A number of the account, as far as calls to it go. */
export interface AccountNumber {
  sid: string;
  voice: Hook;
  status: Hook;
  /** A TwiML application or a trunk that takes the calls instead of the addresses; null = none does. */
  takenBy: string | null;
}

/** Twilio's IncomingPhoneNumbers resource. Every method @throws AppError "unavailable" without an account, "upstream". */
export interface PhoneNumbers {
  /** False = no account is configured. */
  readonly hasAccount: boolean;
  /** Null = the account has no such number. */
  find(phone: Phone): Promise<AccountNumber | null>;
  /** Calls to the number go to these addresses from now on, by POST, and to no application or trunk. */
  point(sid: string, addresses: { voice: string; status: string }): Promise<void>;
}

const answerBytesMax = 256 * 1024;

/** Source: Twilio documentation, "IncomingPhoneNumber resource". */
export function createPhoneNumbers(access: TwilioAccess): PhoneNumbers {
  const timeoutMs = limits.providerRequestMs / 2; // somebody is looking at the page, and each request is tried twice
  const common = { timeoutMs, bytesMax: answerBytesMax } as const;
  return {
    hasAccount: access.accountSid !== null && access.authToken !== null,
    async find(phone) {
      const query = new URLSearchParams({ PhoneNumber: phone, PageSize: "50" });
      const answer = await exchange(access, { method: "GET", path: `IncomingPhoneNumbers.json?${query}`, ...common });
      if (!isSuccess(answer.status)) throw refused("list of numbers", answer);
      const { incoming_phone_numbers: listed } = objectIn(answer);
      const rows = Array.isArray(listed) ? (listed as Record<string, unknown>[]) : [];
      const row = rows.find((each) => each.phone_number === phone); // the filter also takes parts of numbers
      return row === undefined ? null : numberOf(row);
    },
    async point(sid, { voice, status }) {
      if (!/^PN[0-9a-f]{32}$/i.test(sid)) throw new AppError("upstream", "Twilio names a number in an unknown way");
      const form = {
        VoiceUrl: voice,
        VoiceMethod: "POST",
        StatusCallback: status,
        StatusCallbackMethod: "POST",
        VoiceApplicationSid: "", // an application or a trunk would go before the addresses
        TrunkSid: "",
      };
      const path = `IncomingPhoneNumbers/${sid}.json`;
      const answer = await exchange(access, { method: "POST", path, form, ...common });
      if (!isSuccess(answer.status)) throw refused("number update", answer);
    },
  };
}

function numberOf(row: Record<string, unknown>): AccountNumber {
  const text = (name: string): string => (typeof row[name] === "string" ? row[name] : "");
  return {
    sid: text("sid"),
    voice: { method: text("voice_method"), url: text("voice_url") },
    status: { method: text("status_callback_method"), url: text("status_callback") },
    takenBy: text("trunk_sid") || text("voice_application_sid") || null,
  };
}

const refused = (what: string, answer: Answer): AppError =>
  new AppError("upstream", `Twilio refused: ${what}`, {
    public: answer.status === 401 ? "keys_refused" : "upstream",
    context: { status: answer.status, code: codeOf(answer) },
  });
