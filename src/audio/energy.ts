import { SQUARE_OF_MULAW } from "./mulaw.ts";

/**
 * Mean square of the first `bytes` mu-law samples of `frame` from `from` on, in 16-bit sample units squared.
 * 0 for an empty frame. Hot: no allocation, and four sums at a time, as an addition waits for the one before.
 */
export function frameEnergy(frame: Uint8Array, bytes: number, from = 0): number {
  if (bytes === 0) return 0;
  const end = from + bytes;
  const foursEnd = end - (bytes % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let at = from; at < foursEnd; at += 4) {
    a += SQUARE_OF_MULAW[frame[at]!]!;
    b += SQUARE_OF_MULAW[frame[at + 1]!]!;
    c += SQUARE_OF_MULAW[frame[at + 2]!]!;
    d += SQUARE_OF_MULAW[frame[at + 3]!]!;
  }
  for (let at = foursEnd; at < end; at++) a += SQUARE_OF_MULAW[frame[at]!]!;
  return (a + b + c + d) / bytes;
}
