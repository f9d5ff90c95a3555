import { createDecipheriv, createHash, createHmac, timingSafeEqual } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { getMediaKeys, MEDIA_PATH_MAP, type MediaType } from "@whiskeysockets/baileys";
import { AppError, describeError } from "../../base/errors.ts";
import { limits } from "../../limits.ts";
import type { MediaKind } from "../provider.ts";
import type { StoredAt } from "./media-ref.ts";

const keyType: Record<MediaKind, MediaType> = {
  voice: "ptt",
  audio: "audio",
  image: "image",
  video: "video",
  document: "document",
  sticker: "sticker",
};

const macBytes = 10;
const paddingBytes = 16;

/**
 * Fetches a file, checks that it is the one the message named, decrypts it and writes it as a whole.
 * @throws AppError "too_large", "not_found", "unavailable" as the port says.
 */
export async function downloadMedia(ref: string, file: string, bytesMax: number, origin: string): Promise<number> {
  const at = JSON.parse(ref) as StoredAt;
  if (!/^\/[^/]/.test(at.path)) throw new AppError("not_found", "the message names no file");
  const sealed = await fetchSealed(`${origin}${at.path}`, bytesMax + macBytes + paddingBytes);
  const plain = await open(at, sealed);
  if (plain.length > bytesMax) throw new AppError("too_large", "the file is larger than allowed");
  const unfinished = `${file}.part`;
  try {
    writeFileSync(unfinished, plain, { mode: 0o600 });
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw new AppError("unavailable", "the file could not be written", { cause: error });
  }
  return plain.length;
}

async function fetchSealed(url: string, bytesMax: number): Promise<Buffer> {
  let response: Response;
  try {
    // The path comes from a stranger: an answer that leads elsewhere is not followed.
    response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(limits.waMediaMs) });
  } catch (error) {
    throw new AppError("unavailable", `the media host did not answer: ${describeError(error)}`);
  }
  if (response.status === 404 || response.status === 410 || response.status === 403)
    throw new AppError("not_found", `the media host has no such file (${response.status})`);
  if (!response.ok || response.body === null)
    throw new AppError("unavailable", `the media host answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw new AppError("too_large", "the file is larger than allowed");
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("unavailable", `the file broke off: ${describeError(error)}`);
  }
  return Buffer.concat(chunks);
}

/** @throws AppError "not_found": what lies there is not what the message named, and never will be. */
async function open(at: StoredAt, sealed: Buffer): Promise<Buffer> {
  const { iv, cipherKey, macKey } = await getMediaKeys(Buffer.from(at.key, "base64"), keyType[at.kind]);
  if (!macKey) throw new AppError("not_found", "the message has no key for its file");
  const body = sealed.subarray(0, -macBytes);
  const mac = createHmac("sha256", macKey).update(iv).update(body).digest().subarray(0, macBytes);
  const given = sealed.subarray(-macBytes);
  if (given.length !== macBytes || !timingSafeEqual(mac, given))
    throw new AppError("not_found", "the file is not the one that was sent");
  const aes = createDecipheriv("aes-256-cbc", cipherKey, iv);
  const plain = Buffer.concat([aes.update(body), aes.final()]);
  const hash = createHash("sha256").update(plain).digest("base64");
  if (at.hash !== "" && at.hash !== hash) throw new AppError("not_found", "the file is not the one that was sent");
  return plain;
}

interface MediaConnection {
  auth: string;
  hosts: readonly { hostname: string }[];
}

type Upload = (
  file: unknown,
  options: { fileEncSha256B64: string; mediaType: MediaType; timeoutMs?: number },
) => Promise<{ mediaUrl: string; directPath: string }>;

/**
 * Puts an encrypted file up at WhatsApp's media hosts, in place of the library's own way: bounded, and by the scheme of the
 * socket, so that the same code speaks to a simulator without TLS.
 */
export const createUpload =
  (connection: () => Promise<MediaConnection>, scheme: "http" | "https"): Upload =>
  async (file, { fileEncSha256B64, mediaType }) => {
    const { auth, hosts } = await connection();
    const token = fileEncSha256B64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
    const query = `?auth=${encodeURIComponent(auth)}&token=${token}`;
    let last = "no media host was named";
    for (const { hostname } of hosts) {
      const url = `${scheme}://${hostname}${MEDIA_PATH_MAP[mediaType as keyof typeof MEDIA_PATH_MAP]}/${token}${query}`;
      try {
        const response = await fetch(url, {
          method: "POST",
          body: readFileSync(String(file)),
          headers: { "content-type": "application/octet-stream", origin: "https://web.whatsapp.com" },
          signal: AbortSignal.timeout(limits.waMediaMs),
        });
        const answer = (await response.json()) as { url?: string; direct_path?: string };
        if (answer.url !== undefined && answer.direct_path !== undefined)
          return { mediaUrl: answer.url, directPath: answer.direct_path };
        last = `${response.status} without an address`;
      } catch (error) {
        last = describeError(error);
      }
    }
    throw new AppError("unavailable", `the file could not be uploaded: ${last}`);
  };
