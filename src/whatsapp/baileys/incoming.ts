import { type BinaryNode, getContentType, normalizeMessageContent, type proto } from "@whiskeysockets/baileys";
import type { Address, IncomingContent, IncomingMessage, MediaKind } from "../provider.ts";
import { addressOf } from "./address.ts";
import { mediaRefOf } from "./media-ref.ts";

/** The attributes of a message's stanza, as the server wrote them. */
export type Envelope = Readonly<Record<string, string>>;

/** Who we are, to know our own handset's messages. */
export interface Self {
  phone: string | null;
  lid: string | null;
}

/** Pure. Null = nothing to store: a group or channel, or a message that carries only what the library needs. */
export function readIncoming(
  envelope: Envelope,
  message: proto.IMessage,
  self: Self,
  nowMs: number,
): IncomingMessage | null {
  const content = readContent(message);
  return content === null ? null : withEnvelope(envelope, content, quotedIdOf(message), self, nowMs);
}

/** A message that could not be decrypted: it is shown as such until the phone sends it again. */
export const unreadableIncoming = (envelope: Envelope, self: Self, nowMs: number): IncomingMessage | null =>
  withEnvelope(envelope, { kind: "unreadable" }, null, self, nowMs);

/**
 * A view-once picture or note whose content went to the business's handset alone: linked devices hear that it came. The
 * library tells nobody of these. Null = the stanza is none.
 */
export function viewOnceIncoming({ attrs, content }: BinaryNode, self: Self, nowMs: number): IncomingMessage | null {
  const parts = Array.isArray(content) ? content : [];
  const isWithheld = parts.some(({ tag, attrs }) => tag === "unavailable" && /^view_once/.test(attrs.type ?? ""));
  if (!isWithheld || parts.some(({ tag }) => tag === "enc" || tag === "plaintext")) return null;
  return withEnvelope(attrs, { kind: "view_once" }, null, self, nowMs);
}

function withEnvelope(
  envelope: Envelope,
  content: IncomingContent,
  quotedId: string | null,
  self: Self,
  nowMs: number,
): IncomingMessage | null {
  const isSelf = (address: Address | null) => address?.value === self.phone || address?.value === self.lid;
  const from = addressOf(envelope.from);
  const fromMe = from !== null && isSelf(from);
  const chat = addressOf(fromMe ? envelope.recipient : envelope.from);
  const providerId = envelope.id;
  if (chat === null || providerId === undefined) return null;
  const others = fromMe
    ? [envelope.recipient_pn, envelope.recipient_lid, envelope.peer_recipient_pn, envelope.peer_recipient_lid]
    : [envelope.sender_pn, envelope.sender_lid, envelope.participant_pn, envelope.participant_lid];
  const alternatives = distinct(others.map(addressOf), chat);
  if ([chat, ...alternatives].some(isSelf)) return null; // the owner's notes to himself
  return {
    providerId: providerId.slice(0, 200),
    chat: { kind: "person", address: chat },
    alternatives,
    fromMe,
    pushName: fromMe ? null : (envelope.notify ?? null),
    sentAt: instantOf(Number(envelope.t), nowMs),
    offline: envelope.offline !== undefined,
    quotedId,
    content,
  };
}

function distinct(addresses: readonly (Address | null)[], chat: Address): Address[] {
  const found = new Map<string, Address>();
  for (const address of addresses)
    if (address !== null && address.value !== chat.value) found.set(address.value, address);
  return [...found.values()];
}

/** ISO 8601. A sender's clock is not believed when it is ahead of ours, and what is no time is now. */
export function instantOf(seconds: number, nowMs: number): string {
  const ms = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1_000, nowMs) : nowMs;
  return Temporal.Instant.fromEpochMilliseconds(Math.round(ms)).toString();
}

/** What clients tell each other about messages: headers, marks, votes, sealed changes. Nobody wrote anything. */
const notWritten = new Set<keyof proto.IMessage>([
  "albumMessage", // the pictures of it follow, each a message
  "botInvokeMessage",
  "encCommentMessage",
  "encEventResponseMessage",
  "encReactionMessage",
  "fastRatchetKeySenderKeyDistributionMessage",
  "groupStatusMentionMessage",
  "keepInChatMessage",
  "limitSharingMessage",
  "pinInChatMessage",
  "pollResultSnapshotMessage",
  "pollResultSnapshotMessageV3",
  "pollUpdateMessage",
  "reactionMessage", // one that names no message
  "scheduledCallEditMessage",
  "secretEncryptedMessage",
  "statusMentionMessage",
  "statusNotificationMessage",
  "stickerSyncRmrMessage",
]);

function readContent(given: proto.IMessage): IncomingContent | null {
  const message = normalizeMessageContent(given) ?? given;
  const type = getContentType(message);
  if (type === undefined) return null;
  if (type === "protocolMessage") return readProtocol(message.protocolMessage);
  const text = textOf(message);
  if (text !== null) return { kind: "text", text };
  return readMedia(message) ?? readOther(message) ?? (notWritten.has(type) ? null : { kind: "unknown", type });
}

/** Whatever is words to the person who sent it: typed, or chosen from what was offered. */
function textOf(message: proto.IMessage): string | null {
  return (
    message.conversation ??
    message.extendedTextMessage?.text ??
    message.buttonsResponseMessage?.selectedDisplayText ??
    message.templateButtonReplyMessage?.selectedDisplayText ??
    message.listResponseMessage?.title ??
    message.interactiveResponseMessage?.body?.text ??
    null
  );
}

function readMedia(message: proto.IMessage): IncomingContent | null {
  const { audioMessage, imageMessage, videoMessage, ptvMessage, documentMessage, stickerMessage } = message;
  const named: [MediaKind, proto.Message.IDocumentMessage | null | undefined, string | null | undefined][] = [
    [audioMessage?.ptt ? "voice" : "audio", audioMessage, ""],
    ["image", imageMessage, imageMessage?.caption],
    ["video", videoMessage, videoMessage?.caption],
    ["video", ptvMessage, ptvMessage?.caption],
    ["document", documentMessage, documentMessage?.caption],
    ["sticker", stickerMessage, ""],
  ];
  for (const [kind, media, caption] of named)
    if (media) return { kind, media: mediaRefOf(kind, media), caption: caption ?? "" };
  return null;
}

function readOther(message: proto.IMessage): IncomingContent | null {
  const location = message.locationMessage ?? message.liveLocationMessage;
  if (location) {
    const { degreesLatitude, degreesLongitude, name, address } = location as proto.Message.ILocationMessage;
    if (!Number.isFinite(degreesLatitude) || !Number.isFinite(degreesLongitude)) return null;
    return {
      kind: "location",
      latitude: degreesLatitude ?? 0,
      longitude: degreesLongitude ?? 0,
      name: name ?? "",
      address: address ?? "",
    };
  }
  const cards = message.contactsArrayMessage?.contacts ?? (message.contactMessage ? [message.contactMessage] : null);
  if (cards)
    return {
      kind: "contact",
      contacts: cards.map(({ displayName, vcard }) => ({ name: displayName ?? "", phones: phonesIn(vcard ?? "") })),
    };
  const reaction = message.reactionMessage;
  if (reaction?.key?.id) return { kind: "reaction", targetId: reaction.key.id, emoji: reaction.text ?? "" };
  return null;
}

/** Of the messages that steer clients, only an edit and a deletion say something about the chat. */
function readProtocol(protocol: proto.Message.IProtocolMessage | null | undefined): IncomingContent | null {
  const targetId = protocol?.key?.id;
  if (!targetId) return null;
  if (protocol?.type === 0) return { kind: "delete", targetId };
  const edited = protocol?.editedMessage ? readMediaCaptionOrText(protocol.editedMessage) : null;
  return protocol?.type === 14 && edited !== null ? { kind: "edit", targetId, text: edited } : null;
}

function readMediaCaptionOrText(given: proto.IMessage): string | null {
  const message = normalizeMessageContent(given) ?? given;
  const media = message.imageMessage ?? message.videoMessage ?? message.documentMessage;
  return textOf(message) ?? (media ? (media.caption ?? "") : null);
}

/** The fields that can quote: whichever kind of message it is, its context has the same form. */
function quotedIdOf(given: proto.IMessage): string | null {
  const message = normalizeMessageContent(given) ?? given;
  const type = getContentType(message);
  const body =
    type === undefined ? null : (message[type] as { contextInfo?: proto.IContextInfo | null } | string | null);
  return (typeof body === "object" ? body?.contextInfo?.stanzaId : null) ?? null;
}

/** Numbers of a vCard (RFC 6350), as they stand there. */
const phonesIn = (vcard: string): string[] =>
  [...vcard.matchAll(/^(?:item\d+\.)?TEL[^:\r\n]*:([^\r\n]{1,60})/gim)].map(([, phone = ""]) => phone.trim());
