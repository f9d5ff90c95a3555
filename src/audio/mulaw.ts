import { mulaw } from "alawmulaw";

/**
 * Mu-law (ITU-T G.711), 8 kHz: the only format on the line. One byte is one sample, 160 bytes are one 20 ms frame.
 * 16-bit samples exist only where a consumer needs them.
 */
export const MULAW_BYTES_PER_MS = 8;
export const MULAW_FRAME_BYTES = 160;
/** The byte of a sample of 0: what silence is made of. */
export const MULAW_SILENCE = 0xff;

/** 16-bit linear sample by mu-law byte. */
export const MULAW_TO_LINEAR: Int16Array = Int16Array.from({ length: 256 }, (_, byte) => mulaw.decodeSample(byte));

/** Squared 16-bit sample by mu-law byte: energy without decoding. */
export const SQUARE_OF_MULAW: Float64Array = Float64Array.from(MULAW_TO_LINEAR, (sample) => sample * sample);

/** Nearest mu-law byte to a linear sample; values beyond 16 bits are clipped. */
export function linearToMulaw(sample: number): number {
  const clipped = Math.max(-32_768, Math.min(32_767, Math.round(sample)));
  return mulaw.encodeSample(clipped) & 0xff;
}

/** Linear samples to mu-law bytes. */
export function encodeMulaw(samples: Int16Array): Uint8Array {
  return Uint8Array.from(samples, (sample) => mulaw.encodeSample(sample) & 0xff);
}

/** Mu-law bytes to linear samples. */
export function decodeMulaw(bytes: Uint8Array): Int16Array {
  return Int16Array.from(bytes, (byte) => MULAW_TO_LINEAR[byte]!);
}
