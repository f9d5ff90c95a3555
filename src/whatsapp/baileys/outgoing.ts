import {
  type AnyMessageContent,
  generateWAMessageContent,
  type proto,
  type SocketConfig,
} from "@whiskeysockets/baileys";
import type { OutgoingContent, QuotedMessage } from "../provider.ts";
import type { createUpload } from "./media.ts";

/**
 * A message as the library takes it; null = of a kind that does not exist here (templates). `linkPreview: null` keeps the
 * library from fetching an address that a customer or the model chose (K5).
 */
export function outgoingContent(content: OutgoingContent): AnyMessageContent | null {
  switch (content.kind) {
    case "text":
      return { text: content.text, linkPreview: null };
    case "template":
      return null;
    case "image":
      return { image: { url: content.file }, mimetype: content.mimeType, ...captioned(content.caption) };
    case "video":
      return { video: { url: content.file }, mimetype: content.mimeType, ...captioned(content.caption) };
    case "audio":
      return { audio: { url: content.file }, mimetype: content.mimeType, ptt: /^audio\/ogg/.test(content.mimeType) };
    case "document":
      return {
        document: { url: content.file },
        mimetype: content.mimeType,
        fileName: content.fileName,
        ...captioned(content.caption),
      };
  }
}

/** What a message of ours was, for a phone that could not read it. */
export async function contentAgain(
  content: OutgoingContent,
  upload: ReturnType<typeof createUpload>,
  logger: SocketConfig["logger"],
): Promise<proto.IMessage | undefined> {
  const given = outgoingContent(content);
  return given === null ? undefined : generateWAMessageContent(given, { upload, logger });
}

const captioned = (caption: string): { caption?: string } => (caption === "" ? {} : { caption });

/** A message of the same chat, as far as the phone needs it to show it above the answer. */
export const quotedMessage = (jid: string, { providerId, fromMe, text }: QuotedMessage) => ({
  key: { remoteJid: jid, id: providerId, fromMe },
  message: { conversation: text },
});
