import type { BusinessId } from "../base/ids.ts";

/**
 * The port to WhatsApp. A provider (Baileys, Twilio) knows how messages travel; what they mean, whether they are answered
 * and what is stored is decided on this side of the port, the same way for all of them.
 *
 * - One `WhatsAppProvider` per kind and process; one `WhatsAppChannel` per business on it. A channel never sees another's.
 * - `WhatsAppChannel.send` never rejects and always ends within `limits.waSendMs`: accepted, refused or unknown.
 * - A message has our own id. The provider gives the same id to the network at every try, so that a repeat is seen as one.
 * - `ChannelHost.received` resolves when the message is durable. Until then the provider keeps it (journal, or no
 *   acknowledgement) and hands it over again, also after a restart: at least once, the host stores by `providerId`.
 * - Everything that crosses this port is plain data: it can be posted between threads.
 */
export type ProviderKind = "baileys" | "twilio";

export interface WhatsAppProvider {
  readonly kind: ProviderKind;
  readonly can: ProviderAbilities;
  /** The business's channel, at first not connected. One per business: a second call returns it, and the host stays. */
  channel(businessId: BusinessId, host: ChannelHost): WhatsAppChannel;
  /**
   * The network id that our message will have; null when the network makes the ids. Pure: the same in every process, so
   * that a receipt, an echo or a question for a resend finds the message whenever it comes.
   */
  networkId(messageId: string): string | null;
  /**
   * Whether this process can use the business's link without linking anew: a login lies in its storage, or none is
   * needed. A session never moves to a process that cannot: it would silently become a new device.
   */
  holdsLogin(businessId: BusinessId): boolean;
  /**
   * Clears what this process keeps of these people for the business (sessions, keys, numbers of hidden ids).
   * @throws AppError "unavailable" when that has to be tried again.
   */
  forget(businessId: BusinessId, people: readonly Address[]): Promise<void>;
  /** Resolves when everything the provider runs on (threads, accounts) answers; for `/health/ready`. */
  alive(): Promise<void>;
  /** Ends all channels: waits for sends under way (each is bounded), keeps every login. */
  close(): Promise<void>;
}

export interface ProviderAbilities {
  /** Linked by QR or pairing code; false = by an account. */
  pairing: boolean;
  typing: boolean;
  readReceipts: boolean;
  /** Messages by the id of an approved template. */
  templates: boolean;
  /** Free text is allowed only this long after the customer's last message; null = always. */
  freeTextWindowMs: number | null;
  /** Sends by a person's device, which can be banned: paced like a person (K20). */
  pacedLikeAPerson: boolean;
}

/** All methods may be called in every state. None but `requestPairingCode` and `download` reject. */
export interface WhatsAppChannel {
  /** At once, from memory. */
  status(): ChannelStatus;
  /** Begins to connect and to stay connected; does nothing while that is under way. Also the way out of a final state. */
  connect(): void;
  /** Waits for sends under way, then goes off. The login stays. */
  disconnect(): Promise<void>;
  /** Unlinks this device from the business's WhatsApp and forgets the login (it is kept aside, never used again). */
  logout(): Promise<void>;
  /**
   * A code to type on the business's phone instead of scanning the QR. @throws AppError "unavailable" when the channel is
   * not waiting to be linked, "invalid" for a number that WhatsApp does not take, "upstream" when this provider has none.
   */
  requestPairingCode(phone: string): Promise<PairingCode>;
  send(message: OutgoingMessage): Promise<SendResult>;
  /** "Typing…" in the customer's chat, or its end. Best effort. */
  typing(to: Address, on: boolean): void;
  /** Blue ticks for these messages of one chat. Best effort. */
  markRead(from: Address, providerIds: readonly string[]): void;
  /**
   * Brings a file home. Writes at most `bytesMax` bytes to `file` (an absolute path in an existing folder), as a whole or
   * not at all. @throws AppError "too_large", "not_found" when it is gone for good, "unavailable" when it may work later.
   */
  download(media: MediaRef, to: { file: string; bytesMax: number }): Promise<{ bytes: number }>;
}

/** What a channel tells and asks. */
export interface ChannelHost {
  /** Resolves when the message is durable; rejects when it has to be handed over again. */
  received(message: IncomingMessage): Promise<void>;
  /** As `received`: rejects when it has to be told again. */
  reported(receipt: Receipt): Promise<void>;
  /** Two ids that WhatsApp itself says are one person. */
  samePerson(identities: readonly [Address, Address]): Promise<void>;
  /** A customer is typing, or stopped. */
  typed(from: Address, on: boolean): void;
  /** After every change of `status()`. Must not throw. */
  changed(status: ChannelStatus): void;
  /** What was sent under this network id: a phone could not read it and asks again. Null when it is not ours. */
  resend(providerId: string): Promise<OutgoingContent | null>;
}

// States

/**
 * - `off`: not asked to connect. `starting`: the login is read, a thread begins.
 * - `needs_link`: QR (and pairing code) are shown. `linking`: scanned, being confirmed.
 * - `connecting`, `open`. `waiting`: lost, tries again by itself at `retryAt`.
 * - Final, a person has to act: `logged_out`, `banned`, `replaced` (the login is in use elsewhere), `outdated` (this
 *   version is not accepted), `login_unreadable` (files damaged: never a silent new login), `misconfigured`.
 */
export type ChannelState =
  | "off"
  | "starting"
  | "needs_link"
  | "linking"
  | "connecting"
  | "open"
  | "waiting"
  | "logged_out"
  | "banned"
  | "replaced"
  | "outdated"
  | "login_unreadable"
  | "misconfigured";

export interface ChannelStatus {
  state: ChannelState;
  /** The link to WhatsApp is up and was heard of a moment ago. */
  connected: boolean;
  /** A message given now would go out: connected, linked, and the last ones were acknowledged. */
  canSend: boolean;
  /** Will come back by itself; false in final states. */
  recovers: boolean;
  /** Stable code of what ended the last connection, e.g. "logged_out", "connection_lost", "http_503"; null = nothing did. */
  reason: string | null;
  /** Failed tries to connect since it was last open. */
  failures: number;
  /** ISO 8601. When WhatsApp was last heard of. */
  lastSeen: string | null;
  /** ISO 8601. When the next try begins, in `waiting`; when a ban ends, in `banned`, if that was said. */
  retryAt: string | null;
  qr: { text: string; expiresAt: string } | null;
  pairing: PairingCode | null;
  /** Who is linked. */
  me: { phone: string | null; lid: string | null; name: string | null } | null;
}

/** What there is to say of a session before anybody connected it. */
export const noStatus: ChannelStatus = {
  state: "off",
  connected: false,
  canSend: false,
  recovers: true,
  reason: null,
  failures: 0,
  lastSeen: null,
  retryAt: null,
  qr: null,
  pairing: null,
  me: null,
};

export interface PairingCode {
  code: string;
  /** ISO 8601. */
  expiresAt: string;
}

// Messages

/** By what a person is reached: E.164 ("+9725…"), or WhatsApp's id of somebody who hides the number (bare, without "@lid"). */
export interface Address {
  kind: "phone" | "lid" | "bsuid";
  value: string;
}

export interface IncomingMessage {
  /** The network's id; with the business it is unique. */
  providerId: string;
  /** Only chats with one person are stored; the others are ignored by rule. */
  chat: { kind: "person"; address: Address } | { kind: "group" | "broadcast" | "newsletter" };
  /** Other ids that WhatsApp itself gave for the same person beside this message. */
  alternatives: readonly Address[];
  /** Sent by the business itself, on its own handset or another linked device. */
  fromMe: boolean;
  /** The name that the customer chose; no proof of anything. */
  pushName: string | null;
  /** ISO 8601, as the network says. */
  sentAt: string;
  /** It waited at the network while we were away. */
  offline: boolean;
  /** Network id of the message that it answers. */
  quotedId: string | null;
  content: IncomingContent;
}

export type MediaKind = "voice" | "audio" | "image" | "video" | "document" | "sticker";

export type IncomingContent =
  | { kind: "text"; text: string }
  | { kind: MediaKind; media: MediaRef; caption: string }
  | { kind: "location"; latitude: number; longitude: number; name: string; address: string }
  | { kind: "contact"; contacts: readonly { name: string; phones: readonly string[] }[] }
  /** `emoji` "" = the reaction was taken back. */
  | { kind: "reaction"; targetId: string; emoji: string }
  | { kind: "edit"; targetId: string; text: string }
  | { kind: "delete"; targetId: string }
  /** Could not be decrypted; when the phone sends it again, it comes under the same id with its content. */
  | { kind: "unreadable" }
  /** A picture, video or voice note to be seen once, which WhatsApp gives to the business's handset alone. */
  | { kind: "view_once" }
  /** A kind of message that we do not know: shown as such. `type` is the network's word for it. */
  | { kind: "unknown"; type: string };

/** A file that still lies at the network. What is said of it is a claim: sizes and types are checked when it is here. */
export interface MediaRef {
  /** The provider's own text to find it by; opaque, kept with the message. */
  ref: string;
  mimeType: string | null;
  bytes: number | null;
  fileName: string | null;
  seconds: number | null;
}

export type OutgoingContent =
  | { kind: "text"; text: string }
  /** `file` is an absolute path of ours. */
  | {
      kind: "image" | "video" | "audio" | "document";
      file: string;
      mimeType: string;
      fileName: string;
      caption: string;
      /** Where a provider that fetches files itself finds it; null = nowhere. */
      url: string | null;
    }
  | { kind: "template"; templateId: string; variables: Readonly<Record<string, string>> };

export interface OutgoingMessage {
  /** Ours, a UUID: the same at every try. */
  id: string;
  to: Address;
  content: OutgoingContent;
  /** The message of this chat that it answers, to be shown above it where the network can; null = none. */
  quoted: QuotedMessage | null;
}

export interface QuotedMessage {
  /** The network's id. */
  providerId: string;
  /** Written by the business. */
  fromMe: boolean;
  text: string;
}

/**
 * - `accepted`: the network has it. `providerId` is its id there; receipts name it.
 * - `refused`: it did not go out. `final` = no further try can succeed. `code` is stable, e.g. "not_on_whatsapp",
 *   "window_closed", "rate_limited", "not_connected", "reach_out_lock", "provider_63016".
 * - `unknown`: it may have gone out. A try with the same id is harmless only if `repeatable`; else wait for a receipt.
 */
export type SendResult =
  | { kind: "accepted"; providerId: string }
  /** `retryAfterMs`: the other side asks us to wait for so long. */
  | { kind: "refused"; final: boolean; code: string; retryAfterMs?: number }
  | { kind: "unknown"; repeatable: boolean; code: string };

/** What became of a message that was sent. May come in any order, twice, and before `send` resolves. */
export interface Receipt {
  /** The network's id. */
  providerId: string;
  /** Our id, where the provider brings it back. */
  messageId: string | null;
  state: "sent" | "delivered" | "read" | "failed";
  /** Stable code, with `failed`. */
  code: string | null;
  /** ISO 8601. */
  at: string;
}
