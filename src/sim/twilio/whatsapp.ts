import type { Clock } from "../../base/clock.ts";
import type { TwilioAccount } from "./account.ts";
import { twilioTime } from "./forms.ts";
import type { WebhookClient } from "./webhook-client.ts";

/** One message at Twilio. */
export interface TwilioMessage {
  sid: string;
  from: string;
  to: string;
  body: string;
  mediaUrl: string | null;
  contentSid: string | null;
  contentVariables: string | null;
  statusCallback: string | null;
  direction: "inbound" | "outbound-api";
  /** RFC 2822. */
  dateCreated: string;
}

interface StoredFile {
  type: string;
  bytes: Uint8Array;
}

export interface WhatsAppAnswer {
  status: number;
  body: Record<string, unknown> | StoredFile;
}

const windowMs = 24 * 60 * 60_000;
const prefix = "whatsapp:";

/**
 * WhatsApp as one Twilio account sees it: senders, customers' phones, the 24-hour window, and the REST resources.
 * Source: Twilio documentation, "WhatsApp", "Messages resource", "Media subresource", "Outbound message status".
 */
export class TwilioWhatsApp {
  readonly messages: TwilioMessage[] = [];
  readonly files = new Map<string, StoredFile>();
  /** Customers who have no WhatsApp. */
  readonly strangers = new Set<string>();
  /** Makes the message and loses the answer, this many times. */
  loseAnswers = 0;
  /** Answers this many requests that make a message with 429. */
  busy = 0;
  /** Whether status callbacks are sent by themselves, up to which. */
  reports: "none" | "sent" | "delivered" | "read" = "delivered";
  readonly #account: TwilioAccount;
  readonly #clock: Clock;
  readonly #lastInboundMs = new Map<string, number>();
  webhooks: WebhookClient | null = null;
  /** The product's public address. */
  product = "";

  constructor(account: TwilioAccount, clock: Clock) {
    this.#account = account;
    this.#clock = clock;
  }

  /** What a customer's phone shows from a sender, in order. */
  shownTo(customer: string): string[] {
    return this.messages
      .filter(({ direction, to }) => direction === "outbound-api" && to === prefix + customer)
      .map(({ body, contentSid }) => contentSid ?? body);
  }

  /** A customer writes to a sender; resolves with the product's answer. `fields` replace or add form fields. */
  writes(customer: string, sender: string, body: string, fields: Record<string, string> = {}) {
    const sid = this.#account.newSid("SM");
    this.#lastInboundMs.set(`${customer}>${sender}`, this.#clock.nowMs());
    this.messages.push(
      this.#message({ sid, from: prefix + customer, to: prefix + sender, body, direction: "inbound" }),
    );
    const form = {
      AccountSid: this.#account.sid,
      ApiVersion: "2010-04-01",
      Body: body,
      From: prefix + customer,
      To: prefix + sender,
      MessageSid: sid,
      SmsMessageSid: sid,
      SmsSid: sid,
      SmsStatus: "received",
      NumMedia: "0",
      NumSegments: "1",
      ReferralNumMedia: "0",
      ProfileName: "דנה",
      WaId: customer.replace("+", ""),
      MessageType: "text",
      ...fields,
    };
    return this.#post("/webhook/whatsapp/incoming", form).then((record) => ({ sid, record }));
  }

  /** A customer sends a file. */
  sendsFile(customer: string, sender: string, file: StoredFile, caption = "") {
    const media = this.#account.newSid("ME");
    this.files.set(media, file);
    const message = this.#account.newSid("MM");
    const url = `${this.#account.mediaBaseUrl}/2010-04-01/Accounts/${this.#account.sid}/Messages/${message}/Media/${media}`;
    const [kind = "document"] = file.type.split("/");
    const fields = { NumMedia: "1", MediaUrl0: url, MediaContentType0: file.type, MessageType: kind };
    return this.writes(customer, sender, caption, { ...fields, MessageSid: message, SmsMessageSid: message });
  }

  /** Reports what became of a message. */
  report(message: TwilioMessage, status: string, fields: Record<string, string> = {}) {
    const form = {
      AccountSid: this.#account.sid,
      ApiVersion: "2010-04-01",
      ChannelPrefix: "whatsapp",
      From: message.from,
      To: message.to,
      MessageSid: message.sid,
      SmsSid: message.sid,
      MessageStatus: status,
      SmsStatus: status,
      ...fields,
    };
    return this.webhooks!.post(message.statusCallback!, form);
  }

  /** POST and GET below `Messages`; null = no such resource. */
  answer(method: string, parts: string[], form: Record<string, string>, query: URLSearchParams): WhatsAppAnswer | null {
    if (method === "POST" && parts[0] === "Messages.json") return this.#create(form);
    if (method === "GET" && parts[0] === "Messages.json") return this.#list(query);
    const file =
      method === "GET" && parts[0] === "Messages" && parts[2] === "Media" ? this.files.get(parts[3] ?? "") : undefined;
    return file === undefined ? null : { status: 200, body: file };
  }

  #create(form: Record<string, string>): WhatsAppAnswer {
    if (this.busy > 0) {
      this.busy--;
      return refusal(429, 20_429, "Too Many Requests");
    }
    const { From: from = "", To: to = "", Body: body = "", MediaUrl: mediaUrl, ContentSid: contentSid } = form;
    if (!from.startsWith(prefix) || !to.startsWith(prefix)) return refusal(400, 21_212, "Invalid From Number");
    if (body.length > 1_600)
      return refusal(400, 21_617, "The concatenated message body exceeds the 1600 character limit");
    const message = this.#message({ sid: this.#account.newSid("SM"), from, to, body, direction: "outbound-api" });
    Object.assign(message, {
      mediaUrl: mediaUrl ?? null,
      contentSid: contentSid ?? null,
      contentVariables: form.ContentVariables ?? null,
      statusCallback: form.StatusCallback ?? null,
    });
    const problem = this.#problem(message);
    if (problem === null) this.messages.push(message);
    void this.#reportAll(message, problem);
    if (this.loseAnswers > 0) {
      this.loseAnswers--;
      return refusal(500, 20_500, "An internal server error has occurred");
    }
    return { status: 201, body: messageBody(this.#account.sid, message) };
  }

  /** Refusals that come as a status, not as an answer. */
  #problem({ from, to, contentSid }: TwilioMessage): string | null {
    const customer = to.slice(prefix.length);
    if (this.strangers.has(customer)) return "63024";
    const lastMs = this.#lastInboundMs.get(`${customer}>${from.slice(prefix.length)}`) ?? Number.NEGATIVE_INFINITY;
    return contentSid === null && this.#clock.nowMs() - lastMs > windowMs ? "63016" : null;
  }

  async #reportAll(message: TwilioMessage, problem: string | null): Promise<void> {
    if (message.statusCallback === null || this.webhooks === null) return;
    if (problem !== null) {
      await this.report(message, "failed", { ErrorCode: problem });
      return;
    }
    for (const status of ["sent", "delivered", "read"] as const) {
      if (this.reports === "none") return;
      await this.report(message, status);
      if (status === this.reports) return;
    }
  }

  #list(query: URLSearchParams): WhatsAppAnswer {
    const wanted = this.messages.filter(
      ({ from, to }) => (query.get("From") ?? from) === from && (query.get("To") ?? to) === to,
    );
    const size = Number(query.get("PageSize") ?? 50);
    const messages = wanted.toReversed().slice(0, size);
    return { status: 200, body: { messages: messages.map((message) => messageBody(this.#account.sid, message)) } };
  }

  #post(path: string, form: Record<string, string>) {
    if (this.webhooks === null) throw new Error("connect() the product first");
    return this.webhooks.post(`${this.product}${path}`, form);
  }

  #message(known: Pick<TwilioMessage, "sid" | "from" | "to" | "body" | "direction">): TwilioMessage {
    const dateCreated = twilioTime(this.#clock.instant());
    return { mediaUrl: null, contentSid: null, contentVariables: null, statusCallback: null, dateCreated, ...known };
  }
}

const refusal = (status: number, code: number, message: string): WhatsAppAnswer => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
});

const messageBody = (accountSid: string, message: TwilioMessage): Record<string, unknown> => ({
  sid: message.sid,
  account_sid: accountSid,
  from: message.from,
  to: message.to,
  body: message.body,
  status: message.direction === "inbound" ? "received" : "queued",
  direction: message.direction,
  num_media: message.mediaUrl === null ? "0" : "1",
  date_created: message.dateCreated,
  error_code: null,
  error_message: null,
  api_version: "2010-04-01",
});
