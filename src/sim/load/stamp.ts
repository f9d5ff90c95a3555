/**
 * Numbers written into audio, so that a frame can be recognised after it went through the product. Twelve bytes at the
 * start of a 20 ms frame carry a nibble each in quiet mu-law codes (0xF0-0xFF): two of magic, three of lane, six of
 * sequence, one check. Twelve bytes are sixteen base64 characters, so a stamped frame is a stamp and a prepared tail.
 */
export const stampBytes = 12;
const magic = 0xa5;
/** Lanes and sequences wrap around here. */
export const lanesMax = 0xfff;
export const sequenceMask = 0xffffff;

export interface Stamp {
  lane: number;
  sequence: number;
}

const check = (lane: number, sequence: number): number =>
  (magic ^ lane ^ (lane >> 4) ^ (lane >> 8) ^ sequence ^ (sequence >> 4) ^ (sequence >> 8) ^ (sequence >> 12)) & 0xf;

/** Base64 of three stamp bytes by their three nibbles. */
const triples: readonly string[] = Array.from({ length: 4_096 }, (_, value) =>
  Buffer.from([0xf0 | (value >> 8), 0xf0 | ((value >> 4) & 0xf), 0xf0 | (value & 0xf)]).toString("base64"),
);

/** Sixteen base64 characters. */
export function stampText(lane: number, sequence: number): string {
  const first = (magic << 4) | (lane >> 8);
  const second = ((lane & 0xff) << 4) | (sequence >>> 20);
  const third = (sequence >>> 8) & 0xfff;
  const fourth = ((sequence & 0xff) << 4) | check(lane, sequence);
  return triples[first]! + triples[second]! + triples[third]! + triples[fourth]!;
}

/** Writes a stamp into `bytes` at `at`. */
export function writeStamp(bytes: Uint8Array, at: number, lane: number, sequence: number): void {
  bytes.set(Buffer.from(stampText(lane, sequence), "base64"), at);
}

/** Reads the stamp at `at` into `into`; false when there is none. */
export function readStamp(bytes: Uint8Array, at: number, into: Stamp): boolean {
  if (at + stampBytes > bytes.length) return false;
  for (let index = at; index < at + stampBytes; index++) if (bytes[index]! < 0xf0) return false;
  if ((((bytes[at]! & 0xf) << 4) | (bytes[at + 1]! & 0xf)) !== magic) return false;
  const lane = ((bytes[at + 2]! & 0xf) << 8) | ((bytes[at + 3]! & 0xf) << 4) | (bytes[at + 4]! & 0xf);
  let sequence = 0;
  for (let index = at + 5; index < at + 11; index++) sequence = (sequence << 4) | (bytes[index]! & 0xf);
  if ((bytes[at + 11]! & 0xf) !== check(lane, sequence)) return false;
  into.lane = lane;
  into.sequence = sequence;
  return true;
}
