import { type proto, toNumber } from "@whiskeysockets/baileys";
import type { MediaKind, MediaRef } from "../provider.ts";

/** What is needed to fetch and open a file: the message tells it, nobody else has it. */
export interface StoredAt {
  kind: MediaKind;
  path: string;
  key: string;
  sealedHash: string;
  hash: string;
}

const text = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString("base64");

/** The address that the sender put into the message is never used: only the path at WhatsApp's own host. */
export function mediaRefOf(
  kind: MediaKind,
  media: proto.Message.IDocumentMessage & { seconds?: number | null },
): MediaRef {
  const at: StoredAt = {
    kind,
    path: media.directPath ?? "",
    key: text(media.mediaKey),
    sealedHash: text(media.fileEncSha256),
    hash: text(media.fileSha256),
  };
  return {
    ref: JSON.stringify(at),
    mimeType: media.mimetype ?? null,
    bytes: media.fileLength === null || media.fileLength === undefined ? null : toNumber(media.fileLength),
    fileName: media.fileName ?? null,
    seconds: media.seconds ?? null,
  };
}
