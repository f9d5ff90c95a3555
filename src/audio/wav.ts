/** WAVE's number for mu-law. Source: RFC 2361, A.7. */
const WAVE_FORMAT_MULAW = 7;

/** Mu-law samples of a WAV file that holds mu-law, 8 kHz, mono. @throws Error for any other file. */
export function readMulawWav(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const tag = (at: number) => String.fromCharCode(...file.subarray(at, at + 4));
  let isTelephone = false;
  for (let at = 12; at + 8 <= file.length; ) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (tag(at) === "fmt ")
      isTelephone =
        view.getUint16(body, true) === WAVE_FORMAT_MULAW &&
        view.getUint16(body + 2, true) === 1 &&
        view.getUint32(body + 4, true) === 8_000;
    if (tag(at) === "data" && isTelephone) return file.subarray(body, Math.min(body + size, file.length));
    at = body + size + (size % 2);
  }
  throw new Error("not a WAV file of mu-law, 8 kHz, mono");
}
