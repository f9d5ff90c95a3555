import { z } from "zod";
import { instantText, pageOf } from "../api/page.ts";
import type { listChats, listMessages } from "./list-chats.ts";
import { qrPath } from "./qr-path.ts";
import type { SessionView } from "./session-wishes.ts";

const moment = instantText.nullable();

export const chatShape = z.object({
  id: z.uuid(),
  customerId: z.uuid(),
  customerName: z.string().nullable(),
  /** The number where it is known. */
  phone: z.string().nullable(),
  lastMessageAt: moment,
  lastInboundAt: moment,
  lastText: z.string().nullable(),
  lastState: z.string().nullable(),
  /** Of a search: the newest message with those words, from shortly before them. */
  foundText: z.string().nullable(),
  unread: z.int(),
  /** The assistant is silent until then; null = it answers. */
  silentUntil: moment,
  silentBy: z.enum(["staff", "handset"]).nullable(),
  silentByName: z.string().nullable(),
  optedOut: z.boolean(),
});
export const chatPage = pageOf(chatShape);

const mediaShape = z.object({
  id: z.uuid(),
  state: z.string(),
  reason: z.string().nullable(),
  mimeType: z.string().nullable(),
  fileName: z.string().nullable(),
  bytes: z.int().nullable(),
  seconds: z.int().nullable(),
});

export const messageShape = z.object({
  id: z.uuid(),
  author: z.enum(["customer", "assistant", "staff"]),
  authorName: z.string().nullable(),
  kind: z.string(),
  text: z.string(),
  /** Coordinates, contacts, reactions, template and what a text was before it was edited. */
  detail: z.record(z.string(), z.unknown()),
  media: mediaShape.nullable(),
  quotedId: z.string().nullable(),
  /** What it answers, as far as it is in this chat. */
  quoted: z.object({ id: z.uuid(), author: z.enum(["customer", "assistant", "staff"]), text: z.string() }).nullable(),
  providerId: z.string().nullable(),
  purpose: z.string().nullable(),
  state: z.string().nullable(),
  reason: z.string().nullable(),
  /** How a customer's message was dealt with; null = not yet. */
  handled: z.string().nullable(),
  sentAt: moment,
  deliveredAt: moment,
  readAt: moment,
  failedAt: moment,
  editedAt: moment,
  deletedAt: moment,
  createdAt: instantText,
});
export const messagePage = pageOf(messageShape);

export const sessionShape = z.object({
  wanted: z.boolean(),
  state: z.string(),
  connected: z.boolean(),
  canSend: z.boolean(),
  recovers: z.boolean(),
  reason: z.string().nullable(),
  failures: z.int(),
  lastSeen: moment,
  retryAt: moment,
  restrictedUntil: moment,
  /** `path` draws it over `size` × `size` units. */
  qr: z.object({ text: z.string(), expiresAt: instantText, size: z.int(), path: z.string() }).nullable(),
  pairing: z.object({ code: z.string(), expiresAt: instantText }).nullable(),
  me: z.object({ phone: z.string().nullable(), lid: z.string().nullable(), name: z.string().nullable() }).nullable(),
});

export const settingsShape = z.object({
  provider: z.enum(["baileys", "twilio"]).nullable(),
  /** What is in force. */
  providerInForce: z.enum(["baileys", "twilio"]),
  twilioNumber: z.string().nullable(),
  answers: z.boolean(),
  marksRead: z.boolean(),
  lateHours: z.int(),
  silenceMinutes: z.int(),
  perMinute: z.int(),
  perHour: z.int(),
  /** Sent outside the 24-hour window with {{1}} what, {{2}} the business, {{3}} when; null = staff is told instead. */
  reminderTemplate: z.string().nullable(),
  confirmationTemplate: z.string().nullable(),
});

export const sendingShape = z.object({
  queued: z.int(),
  oldestMs: z.int().nullable(),
  inFlightMs: z.int().nullable(),
  lastAckAt: moment,
  lastError: z.string().nullable(),
  canSend: z.boolean(),
  state: z.string(),
});

export const queuedShape = z.object({ id: z.uuid(), conversationId: z.uuid(), state: z.literal("queued") });

const text = (at: Temporal.Instant | null): string | null => at?.toString() ?? null;

type Chat = Awaited<ReturnType<typeof listChats>>["items"][number];

export function showChat({ optedOutAt, ...chat }: Chat): z.infer<typeof chatShape> {
  return {
    ...chat,
    optedOut: optedOutAt !== null,
    lastMessageAt: text(chat.lastMessageAt),
    lastInboundAt: text(chat.lastInboundAt),
    silentUntil: text(chat.silentUntil),
  };
}

// One line of it is shown.
const quotedChars = 300;

type Row = Awaited<ReturnType<typeof listMessages>>["items"][number];

/** A removed message keeps its place; its words are the customer's to take back. */
export function showMessage({ message, media, quoted }: Row): z.infer<typeof messageShape> {
  const { id, author, authorName, kind, detail, quotedId, providerId, purpose, state, reason, handled } = message;
  return {
    ...{ id, author, authorName, kind, quotedId, providerId, purpose, state, reason, handled },
    text: message.deletedAt === null ? message.body : "",
    quoted: quoted && {
      id: quoted.id,
      author: quoted.author,
      text: quoted.deletedAt === null ? quoted.body.slice(0, quotedChars) : "",
    },
    detail: { ...detail },
    media: media && {
      id: media.id,
      state: media.state,
      reason: media.reason,
      mimeType: media.mimeType,
      fileName: media.fileName,
      bytes: media.bytes,
      seconds: media.seconds,
    },
    sentAt: text(message.sentAt),
    deliveredAt: text(message.deliveredAt),
    readAt: text(message.readAt),
    failedAt: text(message.failedAt),
    editedAt: text(message.editedAt),
    deletedAt: text(message.deletedAt),
    createdAt: message.createdAt.toString(),
  };
}

export const showSession = ({ wanted, status, restrictedUntil }: SessionView): z.infer<typeof sessionShape> => ({
  wanted,
  ...status,
  qr: status.qr && { ...status.qr, ...qrPath(status.qr.text) },
  restrictedUntil: text(restrictedUntil),
});
