import { MULAW_TO_LINEAR } from "../audio/mulaw.ts";
import { telephoneBand } from "./telephone-band.ts";

/** Left channel at 8 kHz, 16-bit. */
export interface Decoded {
  samples: Int16Array;
  channels: number;
}

/** Mono 16-bit PCM at 8 kHz as Twilio serves recordings (RIFF, format 1). */
export function encodeWav(samples: Int16Array): Uint8Array {
  const bytes = new Uint8Array(44 + samples.length * 2);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string) => bytes.set(new TextEncoder().encode(word), at);
  text(0, "RIFF");
  view.setUint32(4, 36 + samples.length * 2, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 8_000, true);
  view.setUint32(28, 16_000, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples.length * 2, true);
  for (let at = 0; at < samples.length; at++) view.setInt16(44 + at * 2, samples[at]!, true);
  return bytes;
}

/**
 * Reads a RIFF/WAVE file: PCM of 16 bits (format 1) or mu-law (format 7), any rate (brought to the telephone's), first channel.
 * Null when it is something else.
 */
export function decodeWav(bytes: Uint8Array): Decoded | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || word(0) !== "RIFF" || word(8) !== "WAVE") return null;
  let format: { code: number; channels: number; rate: number; bits: number } | null = null;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = Math.min(view.getUint32(at + 4, true), bytes.length - at - 8);
    const body = at + 8;
    if (word(at) === "fmt " && size >= 16)
      format = {
        code: view.getUint16(body, true),
        channels: view.getUint16(body + 2, true),
        rate: view.getUint32(body + 4, true),
        bits: view.getUint16(body + 14, true),
      };
    if (word(at) === "data" && format !== null) return readSamples(bytes.subarray(body, body + size), format);
    at = body + size + (size % 2);
  }
  return null;
}

function readSamples(
  data: Uint8Array,
  { code, channels, rate, bits }: { code: number; channels: number; rate: number; bits: number },
): Decoded | null {
  const isPcm16 = code === 1 && bits === 16;
  if ((!isPcm16 && code !== 7) || channels < 1 || rate < 1) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const stride = (isPcm16 ? 2 : 1) * channels;
  const frames = Math.floor(data.length / stride);
  const samples = Int16Array.from({ length: frames }, (_, at) =>
    isPcm16 ? view.getInt16(at * stride, true) : MULAW_TO_LINEAR[data[at * stride]!]!,
  );
  return { samples: rate === 8_000 ? samples : telephoneBand(samples, rate), channels };
}
