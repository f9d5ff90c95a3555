import { SQUARE_OF_MULAW } from "./mulaw.ts";

/**
 * Mean square of the first `bytes` mu-law samples of `frame` from `from` on, in 16-bit sample units squared.
 * 0 for an empty frame. Hot: no allocation.
 */
export function frameEnergy(frame: Uint8Array, bytes: number, from = 0): number {
  let sum = 0;
  for (let at = from; at < from + bytes; at++) sum += SQUARE_OF_MULAW[frame[at]!]!;
  return bytes === 0 ? 0 : sum / bytes;
}
