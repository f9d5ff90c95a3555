/** A sound that somebody made: an utterance of the caller, an item of the model, a file. */
export interface Sound {
  readonly id: string;
  /** What a listener would write down; "" for noises. */
  readonly text: string;
  /** Whole length in mu-law bytes (8 per ms), once it is known. */
  bytes: number;
  /** False: the speaker only pauses for thought after it. */
  readonly endsTurn?: boolean;
}

export interface Place {
  readonly sound: Sound;
  /** Byte of the sound at which the looked-up audio starts. */
  readonly offset: number;
}

const stepBytes = 160;
// 40 bytes: with dither of some ten levels per sample two different windows do not meet by chance.
const windowBytes = 40;

/**
 * Recognises sounds by their content, as ears do: mu-law passes through the product byte by byte, so both far ends can
 * tell what they hear without asking the product. Sounds must carry dither (exact silence is not recognisable).
 */
export class SoundBook {
  readonly #places = new Map<number, Place>();
  readonly #placesMax: number;

  /** @param placesMax 20 ms pieces kept, the oldest go first: 200,000 is an hour of sound. 0 = recognise nothing. */
  constructor(placesMax = 200_000) {
    this.#placesMax = placesMax;
  }

  /** Notes that `bytes` is the part of `sound` that starts at byte `offset` (a multiple of 160). */
  add(sound: Sound, bytes: Uint8Array, offset = 0): void {
    if (this.#placesMax === 0) return;
    for (let at = 0; at + windowBytes <= bytes.length; at += stepBytes) {
      if (isFlat(bytes, at)) continue;
      const key = fingerprint(bytes, at);
      this.#places.delete(key);
      this.#places.set(key, { sound, offset: offset + at });
      if (this.#places.size > this.#placesMax) this.#places.delete(this.#places.keys().next().value!);
    }
  }

  /** What starts exactly at byte `at` of `bytes`; null when it is unknown or falls between two known pieces. */
  find(bytes: Uint8Array, at: number): Place | null {
    return at + windowBytes > bytes.length ? null : (this.#places.get(fingerprint(bytes, at)) ?? null);
  }

  /**
   * Cuts `bytes` into runs of one sound each; unknown stretches have `sound` null. `expected` is what would come next if
   * the audio before these bytes simply went on: it names pieces that are too short to be looked up.
   */
  recognise(bytes: Uint8Array, expected: Place | null = null): Run[] {
    const runs: Run[] = [];
    if (this.#places.size === 0) append(runs, 0, bytes.length, null);
    for (let at = this.#places.size === 0 ? bytes.length : 0; at < bytes.length; ) {
      const { place, shift } = this.#search(bytes, at);
      const left = bytes.length - at;
      if (place === null) {
        const isTail = left < stepBytes + windowBytes;
        append(runs, at, Math.min(stepBytes, left), isTail ? (following(runs) ?? (at === 0 ? expected : null)) : null);
        at += stepBytes;
        continue;
      }
      if (shift > 0) append(runs, at, shift, place.offset >= shift ? { ...place, offset: place.offset - shift } : null);
      append(runs, at + shift, Math.min(stepBytes, left - shift), place);
      at += shift + stepBytes;
    }
    return runs;
  }

  #search(bytes: Uint8Array, at: number): { place: Place | null; shift: number } {
    for (let shift = 0; shift < stepBytes && at + shift < bytes.length; shift++) {
      const place = this.find(bytes, at + shift);
      if (place !== null) return { place, shift };
      if (shift === 0 && isFlat(bytes, at)) return { place: null, shift: 0 };
    }
    return { place: null, shift: 0 };
  }
}

/** A stretch of audio, in bytes of the searched array, with where it comes from. */
export interface Run {
  start: number;
  length: number;
  sound: Sound | null;
  /** Byte of the sound at `start`. */
  offset: number;
}

function append(runs: Run[], start: number, length: number, place: Place | null): void {
  const last = runs.at(-1);
  const sound = place?.sound ?? null;
  const offset = place?.offset ?? 0;
  const continues = last && last.sound === sound && (sound === null || last.offset + last.length === offset);
  if (continues) last.length += length;
  else runs.push({ start, length, sound, offset });
}

/** Where the last run's sound would go on. */
export function following(runs: readonly Run[]): Place | null {
  const last = runs.at(-1);
  return last?.sound ? { sound: last.sound, offset: last.offset + last.length } : null;
}

function isFlat(bytes: Uint8Array, at: number): boolean {
  const end = Math.min(bytes.length, at + windowBytes);
  for (let index = at + 1; index < end; index++) if (bytes[index] !== bytes[at]) return false;
  return true;
}

/** Two multiplicative hashes of the window, joined to 52 bits. */
function fingerprint(bytes: Uint8Array, at: number): number {
  let first = 0x811c9dc5;
  let second = 0x1234567;
  for (let index = at; index < at + windowBytes; index++) {
    first = Math.imul(first ^ bytes[index]!, 0x01000193);
    second = Math.imul(second + bytes[index]! + 1, 0x85ebca6b) ^ (second >>> 13);
  }
  return (first >>> 0) * 0x100000 + ((second >>> 12) & 0xfffff);
}
