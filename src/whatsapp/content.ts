import { storable } from "../base/storable.ts";
import type { MessageDetail, MessageKind } from "../db/schema/message.ts";
import { limits } from "../limits.ts";
import type { IncomingContent, IncomingMessage, MediaKind, MediaRef } from "./provider.ts";
import { say } from "./say.he.ts";

/** What a message is stored as. `body` is never empty: it is what people, the timeline and the model read. */
export interface StoredContent {
  kind: MessageKind;
  body: string;
  detail: MessageDetail;
  media: MediaRef | null;
}

/**
 * The same message with ids, names and types that can be stored: senders choose all of them, and one that the database
 * refused would come again for ever.
 */
export function storableMessage(message: IncomingMessage): IncomingMessage {
  const { providerId, quotedId, content } = message;
  return {
    ...message,
    providerId: id(providerId),
    quotedId: quotedId === null ? null : id(quotedId),
    content: storableContent(content),
  };
}

function storableContent(content: IncomingContent): IncomingContent {
  if ("targetId" in content)
    return content.kind === "reaction"
      ? { ...content, targetId: id(content.targetId), emoji: storable(content.emoji.slice(0, 16)) }
      : { ...content, targetId: id(content.targetId) };
  if (!("media" in content)) return content;
  const { mimeType, ...media } = content.media;
  return {
    ...content,
    media: { ...media, mimeType: mimeType === null ? null : line(mimeType), ref: storable(media.ref) },
  };
}

const id = (text: string): string => storable(text.slice(0, 200));

/** What changes an earlier message instead of being one. */
export type MessageChange = Extract<IncomingContent, { kind: "reaction" | "edit" | "delete" }>;

export type ReadContent = { kind: "message"; stored: StoredContent } | { kind: "change"; change: MessageChange };

/** Pure. Whatever came is something that can be stored and shown. */
export function readContent(content: IncomingContent): ReadContent {
  switch (content.kind) {
    case "reaction":
    case "delete":
      return { kind: "change", change: content };
    case "edit":
      return { kind: "change", change: { ...content, text: bodyText(content.text) } };
    case "text":
      return message("text", bodyText(content.text));
    case "location": {
      const { latitude, longitude } = content;
      const where = [content.name, content.address].filter((part) => part.trim() !== "").join(", ");
      const point = `${latitude.toFixed(5)},${longitude.toFixed(5)}`;
      return message("location", labelled("location", where === "" ? point : `${where} (${point})`), {
        latitude,
        longitude,
      });
    }
    case "contact":
      return contactMessage(content.contacts);
    case "unreadable":
      return message("unreadable", say.kinds.unreadable);
    case "view_once":
      return message("unknown", say.kinds.viewOnce, { type: "view_once" });
    case "unknown":
      return message("unknown", say.kinds.unknown, { type: line(content.type) });
    default: {
      const { kind, media, caption } = content;
      const name = media.fileName === null ? null : fileName(media.fileName);
      return message(kind, mediaBody(kind, name, bodyText(caption)), {}, media);
    }
  }
}

/** What a file is, in words, with what its sender wrote below it. */
export function mediaBody(kind: MediaKind, name: string | null, caption: string): string {
  const shownName = kind === "document" ? (name ?? "") : "";
  return labelled(kind, [shownName, caption].filter((part) => part !== "").join("\n"));
}

function contactMessage(contacts: Extract<IncomingContent, { kind: "contact" }>["contacts"]): ReadContent {
  const kept = contacts.slice(0, 20).map(({ name, phones }) => ({
    name: line(name),
    phones: phones.slice(0, 5).map(line),
  }));
  const text = kept.map(({ name, phones }) => `${name}: ${phones.join(", ")}`).join("\n");
  return message("contact", labelled("contact", text), { contacts: kept });
}

const message = (
  kind: MessageKind,
  body: string,
  detail: MessageDetail = {},
  media: MediaRef | null = null,
): ReadContent => ({ kind: "message", stored: { kind, body: storable(body), detail, media } });

const labelled = (kind: keyof typeof say.kinds, text: string): string =>
  text === "" ? say.kinds[kind] : `${say.kinds[kind]} ${text}`;

/** A text as it is kept: storable, and cut with a note when it is longer than any phone would show. */
export function bodyText(text: string): string {
  const kept = text.length <= limits.waTextChars ? text : text.slice(0, limits.waTextChars) + say.cut(text.length);
  return storable(kept);
}

const line = (text: string): string => storable(text.replace(/\s+/g, " ").trim().slice(0, 200));

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const unsafeInNames = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069/\\<>:"|?*]/g;

/** A sender's name for a file, to be shown: no path, no control characters, no direction marks. */
export const fileName = (text: string): string =>
  storable(text).replace(unsafeInNames, "").replace(/^\.+/, "").trim().slice(-120);
