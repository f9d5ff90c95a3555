import type { LineProblem } from "./media-stream.ts";
import { freshNumber, type RentedNumber } from "./phone-numbers.ts";

export type CallStatus =
  | "queued"
  | "ringing"
  | "in-progress"
  | "completed"
  | "busy"
  | "failed"
  | "no-answer"
  | "canceled";

/** One request Twilio made to the product. */
export interface WebhookRecord {
  url: string;
  form: Readonly<Record<string, string>>;
  /** Ms since the world began. */
  atMs: number;
  tookMs: number;
  /** 0 = no answer. */
  status: number;
  body: string;
}

/** One request the product made to Twilio's REST API. */
export interface RestRecord {
  method: string;
  path: string;
  form: Readonly<Record<string, string>>;
  status: number;
  atMs: number;
}

export interface Recording {
  sid: string;
  callSid: string;
  /** 16-bit at 8 kHz. */
  samples: Int16Array;
  source: "RecordVerb" | "StartCallRecordingAPI";
  deleted: boolean;
}

/** A call as the REST API sees it. */
export interface AccountCall {
  readonly sid: string;
  readonly from: string;
  readonly to: string;
  status: CallStatus;
  durationSeconds: number;
  /** Replaces the running TwiML. False when the call is over. */
  redirect(twiml: { xml: string } | { url: string }): boolean;
  hangUp(): boolean;
  readonly problems: LineProblem[];
}

/** What one Twilio account holds: the simulator's memory, and the tests' window into it. */
export class TwilioAccount {
  readonly sid: string;
  readonly authToken: string;
  readonly calls = new Map<string, AccountCall>();
  readonly recordings = new Map<string, Recording>();
  /** By their ids. */
  readonly numbers = new Map<string, RentedNumber>();
  readonly webhooks: WebhookRecord[] = [];
  readonly restRequests: RestRecord[] = [];
  /** Where recordings are served from: set when the REST API listens. */
  mediaBaseUrl = "";
  /** Calls somebody for the product; null while nobody has told where it answers. */
  place: ((call: { from: string; to: string; xml: string }) => AccountCall) | null = null;
  /** Answers every REST request with this status when set (500: Twilio is down). */
  restFault: number | null = null;
  readonly #keep: number;
  #made = 0;

  constructor(options: { sid: string; authToken: string; keepRequests?: number }) {
    this.sid = options.sid;
    this.authToken = options.authToken;
    this.#keep = options.keepRequests ?? 5_000;
  }

  /** A new id: two letters and 32 hexadecimal digits, unique in this account. */
  newSid(prefix: "CA" | "MZ" | "RE" | "SM" | "MM" | "ME" | "PN"): string {
    const random = crypto.getRandomValues(new Uint32Array(2));
    return `${prefix}${(++this.#made).toString(16).padStart(16, "0")}${[...random].map((word) => word.toString(16).padStart(8, "0")).join("")}`;
  }

  /** Rents a number, as it comes from the shop. */
  rent(phoneNumber: string): RentedNumber {
    const number = freshNumber(this.newSid("PN"), phoneNumber);
    this.numbers.set(number.sid, number);
    return number;
  }

  noteWebhook(record: WebhookRecord): void {
    this.webhooks.push(record);
    if (this.webhooks.length > this.#keep) this.webhooks.shift();
  }

  noteRest(record: RestRecord): void {
    this.restRequests.push(record);
    if (this.restRequests.length > this.#keep) this.restRequests.shift();
  }
}
