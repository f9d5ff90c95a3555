import { AppError } from "./errors.ts";

/** A whole body. @throws AppError "too_large" as soon as it passes `bytesMax`, whatever its headers promised. */
export async function readBounded(response: Response, bytesMax: number): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax)
      throw new AppError("too_large", `the answer has more than ${bytesMax} bytes`, { context: { bytesMax } });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
