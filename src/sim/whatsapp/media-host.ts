import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";
import type { proto } from "@whiskeysockets/baileys";

/** Source: whatsmeow `mediakeys`; the words that go into the key derivation. */
const keyWords = { image: "Image", video: "Video", audio: "Audio", document: "Document" } as const;
export type MediaType = keyof typeof keyWords;

/** Fields that every media message carries. */
export interface StoredMedia {
  url: string;
  directPath: string;
  mediaKey: Uint8Array;
  fileSha256: Uint8Array;
  fileEncSha256: Uint8Array;
  fileLength: number;
}

const hash = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

function keysOf(mediaKey: Uint8Array, type: MediaType) {
  const expanded = Buffer.from(hkdfSync("sha256", mediaKey, "", `WhatsApp ${keyWords[type]} Keys`, 112));
  return { iv: expanded.subarray(0, 16), cipher: expanded.subarray(16, 48), mac: expanded.subarray(48, 80) };
}

/** Where files lie, encrypted with keys that only the messages tell. */
export class MediaHost {
  readonly #files = new Map<string, Uint8Array>();
  /** Requests answer this status instead. */
  refuseWith: number | null = null;
  origin = "";

  /** Puts a file up as a phone would. */
  store(type: MediaType, plain: Uint8Array): StoredMedia {
    const mediaKey = randomBytes(32);
    const { iv, cipher, mac } = keysOf(mediaKey, type);
    const aes = createCipheriv("aes-256-cbc", cipher, iv);
    const sealed = Buffer.concat([aes.update(plain), aes.final()]);
    const signature = createHmac("sha256", mac).update(iv).update(sealed).digest().subarray(0, 10);
    const file = Buffer.concat([sealed, signature]);
    const directPath = `/v/${type}/${randomBytes(12).toString("hex")}.enc`;
    this.#files.set(directPath, file);
    return {
      url: `${this.origin}${directPath}`,
      directPath,
      mediaKey,
      fileSha256: hash(plain),
      fileEncSha256: hash(file),
      fileLength: plain.length,
    };
  }

  /** Opens a file that a message points to, as a phone would. @throws when it is not what the message says. */
  open(type: MediaType, media: proto.Message.IImageMessage): Uint8Array {
    const file = Buffer.from(this.#files.get(media.directPath ?? "") ?? []);
    if (!hash(file).equals(Buffer.from(media.fileEncSha256 ?? []))) throw new Error("the file is not the one sent");
    const { iv, cipher } = keysOf(media.mediaKey ?? Buffer.alloc(0), type);
    const aes = createDecipheriv("aes-256-cbc", cipher, iv);
    return Buffer.concat([aes.update(file.subarray(0, -10)), aes.final()]);
  }

  async answer(request: Request): Promise<Response> {
    if (this.refuseWith !== null) return new Response(null, { status: this.refuseWith });
    const { pathname } = new URL(request.url);
    if (request.method === "POST") {
      const directPath = `/v/upload/${randomBytes(12).toString("hex")}.enc`;
      this.#files.set(directPath, new Uint8Array(await request.arrayBuffer()));
      return Response.json({ url: `${this.origin}${directPath}`, direct_path: directPath });
    }
    const file = this.#files.get(pathname);
    return file === undefined ? new Response(null, { status: 404 }) : new Response(file as BodyInit);
  }
}
