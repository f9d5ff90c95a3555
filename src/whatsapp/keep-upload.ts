import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../base/errors.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import { limits } from "../limits.ts";
import { fileName } from "./content.ts";
import type { OwnFile } from "./queue-message.ts";
import { type Sniffed, sniff, sniffBytes } from "./sniff.ts";

const notAllowed = { path: "file", code: "file_not_allowed" };

export interface KeptUpload extends OwnFile {
  family: Sniffed["family"];
}

/**
 * Keeps a file that staff sends, under a name of ours; what it is, its first bytes say (K13).
 * @throws AppError "invalid" for kinds of files that are not sent, "too_large" for a sound that is.
 */
export async function keepUpload(
  storageDir: string,
  businessId: BusinessId,
  upload: { name: string; bytes: Uint8Array },
): Promise<KeptUpload> {
  const shown = fileName(upload.name) || "file";
  const sniffed = sniff(upload.bytes.subarray(0, sniffBytes), shown);
  if (sniffed === null)
    throw new AppError("invalid", "this kind of file is not sent", {
      public: "file_not_allowed",
      fields: [notAllowed],
    });
  if (sniffed.family === "audio" && upload.bytes.length > limits.waAudioBytes)
    throw new AppError("too_large", "the recording is too large");
  const folder = join("whatsapp", `business_${businessId}`, "media");
  await mkdir(join(storageDir, folder), { recursive: true, mode: 0o700 });
  const file = join(folder, `${newId()}.${sniffed.ending}`);
  await Bun.write(join(storageDir, file), upload.bytes, { mode: 0o600 });
  return { file, bytes: upload.bytes.length, mimeType: sniffed.mimeType, fileName: shown, family: sniffed.family };
}

/** A message that was not queued needs no file. */
export const dropUpload = (storageDir: string, { file }: OwnFile): Promise<void> =>
  rm(join(storageDir, file), { force: true });
