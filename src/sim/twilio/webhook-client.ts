import type { Clock } from "../../base/clock.ts";
import type { TwilioAccount, WebhookRecord } from "./account.ts";
import { signRequest } from "./signature.ts";

/** Sends Twilio's requests to the product: signed over the public address, sent to where it is really reached. */
export interface WebhookClient {
  /** POSTs a form; resolves with what came back, status 0 when nothing did. Never rejects. */
  post(url: string, form: Readonly<Record<string, string>>): Promise<WebhookRecord>;
  /** Fetches a file for `<Play>`; null when it cannot be had. */
  fetchFile(url: string): Promise<{ type: string; bytes: Uint8Array } | null>;
  readonly reach: (url: string) => string;
}

// Twilio gives a call's webhook 15 s in total (voice facts 4.5).
const answerMs = 15_000;

/** @param reach maps a public address to the one to connect to (identity unless the test plays a TLS proxy). */
export function createWebhookClient(
  account: TwilioAccount,
  clock: Clock,
  reach: (url: string) => string = (url) => url,
): WebhookClient {
  return {
    reach,
    async post(url, form) {
      const atMs = clock.nowMs();
      const record: WebhookRecord = { url, form, atMs, tookMs: 0, status: 0, body: "" };
      try {
        const address = url.split("#")[0]!;
        const response = await fetch(reach(address), {
          method: "POST",
          headers: {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "x-twilio-signature": signRequest(account.authToken, address, form),
            "i-twilio-idempotency-token": crypto.randomUUID(),
            "user-agent": "TwilioProxy/1.1",
          },
          body: new URLSearchParams(form).toString(),
          // A pooled connection that the server has just closed would lose the request.
          keepalive: false,
          signal: AbortSignal.timeout(answerMs),
        });
        record.status = response.status;
        record.body = await response.text();
      } catch {
        record.status = 0;
      }
      record.tookMs = clock.nowMs() - atMs;
      account.noteWebhook(record);
      return record;
    },
    async fetchFile(url) {
      try {
        const response = await fetch(reach(url), { signal: AbortSignal.timeout(answerMs) });
        if (!response.ok) return null;
        return {
          type: response.headers.get("content-type") ?? "",
          bytes: new Uint8Array(await response.arrayBuffer()),
        };
      } catch {
        return null;
      }
    },
  };
}
