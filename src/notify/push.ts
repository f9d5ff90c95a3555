import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { fetchOutside } from "../base/outside.ts";
import { retryAfterSeconds } from "../base/retry-after.ts";
import { authorization, type PushDevice, type PushKeys, seal } from "./web-push.ts";

/** A notification on its way to a device; its service worker finds the words and the page (`web/sw.worker.ts`). */
export interface PushMessage {
  id: string;
  kind: string;
  title: string;
  body: string | null;
  subject: string;
  language: "he" | "en";
}

/** What became of it: `gone` = the device does not want any more; `refused` = not with these keys, or not this message. */
export type PushOutcome = "sent" | "gone" | "refused";

/** Tells one device. @throws AppError "upstream" or "rate_limited" where trying again may help. */
export type Push = (device: PushDevice, message: PushMessage) => Promise<PushOutcome>;

interface Posted {
  status: number;
  /** The header of that name. */
  retryAfter: string | null;
}

/** Puts the bytes on their way and gives back the answer. @throws AppError. */
export type PostPush = (to: {
  url: string;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
}) => Promise<Posted>;

/** The one way to push services: public https addresses only (K4), since a browser names them. */
export const postPush: PostPush = async ({ url, ...init }) => {
  const rules = { hosts: "any", bytesMax: 0, timeoutMs: 10_000 } as const;
  const { status, headers } = await fetchOutside(url, { method: "POST", ...init }, rules);
  return { status, retryAfter: headers.get("retry-after") };
};

/** Nobody needs to hear of it an hour later: whoever opens the panel sees it there. */
export const pushTtlSeconds = 60 * 60;
// More than a locked screen shows, and far below the 4,096 bytes of a record.
const lettersMax = 200;

/** Sends Web Push messages (RFC 8030) under the installation's keys. */
export function createPush(deps: {
  keys: PushKeys;
  clock: Clock /** The installation's public address. */;
  contact: () => string;
  post: PostPush;
}): Push {
  return async (device, message) => {
    const short = (text: string) => text.slice(0, lettersMax).toWellFormed();
    const { title, body } = message;
    const text = JSON.stringify({ ...message, title: short(title), body: body === null ? null : short(body) });
    const posted = await deps
      .post({
        url: device.endpoint,
        headers: {
          Authorization: authorization(deps.keys, device.endpoint, contactAt(deps.contact()), deps.clock.instant()),
          "Content-Encoding": "aes128gcm",
          "Content-Type": "application/octet-stream",
          TTL: String(pushTtlSeconds),
          Urgency: "high",
          // What waits for the device is replaced by the same again. At most 32 letters (RFC 8030, 5.4): a UUID without dashes.
          Topic: message.id.replaceAll("-", ""),
        },
        body: seal(text, device),
      })
      .catch((error: unknown) => {
        if (error instanceof AppError && error.code === "forbidden") return { status: 400, retryAfter: null }; // not an address for us: it never will be
        throw error;
      });
    return outcomeOf(posted, deps.clock.instant());
  };
}

// A machine that only its owner reaches has no address to give; some services want one all the same.
const contactAt = (address: string): string => (address.startsWith("https:") ? address : "mailto:owner@localhost");

function outcomeOf({ status, retryAfter }: Posted, now: Temporal.Instant): PushOutcome {
  if (status >= 200 && status < 300) return "sent";
  if (status === 404 || status === 410) return "gone";
  const later = { retryAfterSeconds: retryAfterSeconds(retryAfter, now) ?? 0 };
  if (status === 429) throw new AppError("rate_limited", "the push service asks to wait", later);
  if (status >= 500) throw new AppError("upstream", `push service: ${status}`, later);
  return "refused";
}
