import { parsePhone } from "../../base/phone.ts";
import type { Address, IncomingContent, IncomingMessage, MediaKind, Receipt } from "../provider.ts";
import { refusalOf } from "./codes.ts";

/** The fields of a webhook. */
export type TwilioForm = ReadonlyMap<string, string>;

/**
 * The messages of an incoming webhook (one, or one per file), and the sender they came to; null when it names nobody.
 * Source: Twilio documentation, "Messaging request parameters". Unknown fields are left alone: new ones come unannounced.
 */
export function readIncoming(
  form: TwilioForm,
  now: Temporal.Instant,
): { to: string; messages: IncomingMessage[] } | null {
  const from = readAddress(form.get("From"));
  const to = readAddress(form.get("To"));
  const sid = messageSid(form.get("MessageSid") ?? form.get("SmsMessageSid"));
  if (from === null || to?.kind !== "phone" || sid === null) return null;
  const contents = readContents(form);
  const messages = contents.map(
    (content, index): IncomingMessage => ({
      providerId: index === 0 ? sid : `${sid}:${index}`,
      chat: { kind: "person", address: from },
      alternatives: alternativesOf(form, from),
      fromMe: false,
      pushName: form.get("ProfileName") || null,
      sentAt: now.toString(),
      offline: false,
      quotedId: messageSid(form.get("OriginalRepliedMessageSid")),
      content,
    }),
  );
  return { to: to.value, messages };
}

/** "whatsapp:+9725…" is a number; "whatsapp:IL.1234…" is the business-scoped id of somebody who hides it. */
function readAddress(text: string | undefined): Address | null {
  const bare = /^whatsapp:(.+)$/.exec(text ?? "")?.[1];
  if (bare === undefined) return null;
  const phone = bare.startsWith("+") ? parsePhone(bare) : null;
  if (phone !== null) return { kind: "phone", value: phone };
  return /^[\w.-]{3,80}$/.test(bare) ? { kind: "bsuid", value: bare } : null;
}

/** WaId is the number behind the id, where WhatsApp tells it. */
function alternativesOf(form: TwilioForm, from: Address): Address[] {
  const waId = form.get("WaId") ?? "";
  const phone = from.kind === "bsuid" && /^\d{7,15}$/.test(waId) ? parsePhone(`+${waId}`) : null;
  return phone === null ? [] : [{ kind: "phone", value: phone }];
}

const messageSid = (text: string | undefined): string | null =>
  /^(?:SM|MM)[0-9a-f]{32}$/i.test(text ?? "") ? text! : null;

function readContents(form: TwilioForm): IncomingContent[] {
  const text = form.get("Body") ?? "";
  const count = Math.min(Number(form.get("NumMedia")) || 0, 10);
  if (count > 0) return Array.from({ length: count }, (_, index) => readMedia(form, index, index === 0 ? text : ""));
  const latitude = Number(form.get("Latitude") || Number.NaN);
  const longitude = Number(form.get("Longitude") || Number.NaN);
  if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)
    return [
      { kind: "location", latitude, longitude, name: form.get("Label") ?? "", address: form.get("Address") ?? "" },
    ];
  if (text !== "") return [{ kind: "text", text }];
  return [{ kind: "unknown", type: form.get("MessageType") ?? "empty" }];
}

function readMedia(form: TwilioForm, index: number, caption: string): IncomingContent {
  const mimeType = form.get(`MediaContentType${index}`) ?? "";
  const media = { ref: mediaRef(form.get(`MediaUrl${index}`)), mimeType, bytes: null, fileName: null, seconds: null };
  return { kind: mediaKind(mimeType), media, caption };
}

/**
 * The file's place below our account. An address of any other shape leads nowhere: credentials and requests go only where
 * we send them (K4).
 */
const mediaRef = (url: string | undefined): string =>
  /\/(Messages\/(?:SM|MM)[0-9a-f]{32}\/Media\/ME[0-9a-f]{32})$/i.exec(url ?? "")?.[1] ?? "";

function mediaKind(mimeType: string): MediaKind {
  const [family] = mimeType.split("/");
  if (mimeType.startsWith("audio/ogg")) return "voice";
  if (mimeType === "image/webp") return "sticker";
  return family === "image" || family === "video" || family === "audio" ? family : "document";
}

// Words that say nothing new about a message that was taken: it is on its way.
const states: Readonly<Record<string, Receipt["state"]>> = {
  sent: "sent",
  delivered: "delivered",
  read: "read",
  failed: "failed",
  undelivered: "failed",
};

/** What a status webhook reports; null for a step on the way, or a word we do not know. `messageId`: from its address. */
export function readStatus(form: TwilioForm, messageId: string | null, now: Temporal.Instant): Receipt | null {
  const providerId = messageSid(form.get("MessageSid") ?? form.get("SmsSid"));
  const state = states[form.get("MessageStatus") ?? ""];
  if (providerId === null || state === undefined) return null;
  const number = Number(form.get("ErrorCode") ?? 0) || 0;
  const code = state === "failed" && number !== 0 ? refusalOf(400, number).code : null;
  return { providerId, messageId, state, code, at: now.toString() };
}

/** The sender that a status webhook is about. */
export const senderOfStatus = (form: TwilioForm): string | null => {
  const from = readAddress(form.get("From"));
  return from?.kind === "phone" ? from.value : null;
};
