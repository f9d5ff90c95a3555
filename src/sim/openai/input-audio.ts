import { frameEnergy } from "../../audio/energy.ts";
import type { Sound, SoundBook } from "../sound-book.ts";

/** How the server decides about turns; null = the client commits by itself. */
export type TurnDetection = {
  silenceMs: number;
  /** Wait after an unfinished thought (semantic detection only). */
  thoughtMs: number;
  prefixMs: number;
  createResponse: boolean;
  interruptResponse: boolean;
} | null;

export interface InputEvents {
  speechStarted(audioStartMs: number): void;
  speechStopped(audioEndMs: number): void;
}

/** What was understood of a stretch of audio. */
export interface Understood {
  text: string;
  /** False when the last sound goes on, or a pause for thought follows it. */
  endsTurn: boolean;
  audioMs: number;
}

const frameBytes = 160;
// Speech: 12 dB over the tracked floor, and never under rms 250 (-42 dBov). Onset: 3 of the last 5 frames.
const overFloor = 16;
const leastEnergy = 250 * 250;
const keepBytes = 8_000;
const lastSyllableBytes = 1_600; // may be too faint or lost, and the sentence is understood all the same

/** The input buffer of a session with a plain energy detector: the fake's stand-in for server-side turn detection. */
export class InputAudio {
  /** Bytes appended since the session began. */
  appendedBytes = 0;
  detection: TurnDetection = null;
  speaking = false;
  readonly #book: SoundBook;
  readonly #events: InputEvents;
  #kept = new Uint8Array(2 * keepBytes);
  #keptLength = 0;
  /** Stream position of the first kept byte. */
  #keptFrom = 0;
  #examined = 0;
  #floor = 60 * 60;
  #recent = 0;
  #quietMs = 0;

  constructor(book: SoundBook, events: InputEvents) {
    this.#book = book;
    this.#events = events;
  }

  get pendingMs(): number {
    return this.#keptLength / 8;
  }

  append(bytes: Uint8Array): void {
    this.#keep(bytes);
    this.appendedBytes += bytes.length;
    while (this.#examined + frameBytes <= this.appendedBytes) {
      const at = this.#examined - this.#keptFrom;
      this.#examined += frameBytes;
      if (this.detection !== null) this.#examine(frameEnergy(this.#kept, frameBytes, at));
    }
    if (this.detection !== null && !this.speaking && this.#keptLength > 2 * keepBytes)
      this.#drop(this.#keptLength - keepBytes);
  }

  /** Takes everything that waits out of the buffer and says what it was. */
  take(): Understood {
    const audio = this.#kept.subarray(0, this.#keptLength);
    const understood = understand(this.#book, audio);
    this.clear();
    return understood;
  }

  clear(): void {
    this.#drop(this.#keptLength);
    this.speaking = false;
    this.#quietMs = 0;
    this.#recent = 0;
  }

  #examine(energy: number): void {
    const detection = this.detection!;
    const isLoud = energy > Math.max(leastEnergy, overFloor * this.#floor);
    if (!isLoud) this.#floor += (energy - this.#floor) * (energy < this.#floor ? 0.2 : 0.01);
    this.#recent = ((this.#recent << 1) | (isLoud ? 1 : 0)) & 0b11111;
    const atMs = this.#examined / 8;
    if (!this.speaking) {
      if (countOnes(this.#recent) < 3) return;
      this.speaking = true;
      this.#quietMs = 0;
      const startMs = Math.max(this.#keptFrom / 8, atMs - 100 - detection.prefixMs);
      this.#drop(Math.round(startMs * 8) - this.#keptFrom);
      return this.#events.speechStarted(Math.round(startMs));
    }
    this.#quietMs = isLoud ? 0 : this.#quietMs + 20;
    if (this.#quietMs < detection.silenceMs) return;
    if (this.#quietMs < detection.thoughtMs && !this.#endsTurn()) return;
    this.speaking = false;
    this.#recent = 0;
    this.#events.speechStopped(Math.round(atMs));
  }

  #endsTurn(): boolean {
    return understand(this.#book, this.#kept.subarray(0, this.#keptLength)).endsTurn;
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#keptLength + bytes.length;
    if (length > this.#kept.length) {
      const grown = new Uint8Array(length * 2);
      grown.set(this.#kept.subarray(0, this.#keptLength));
      this.#kept = grown;
    }
    this.#kept.set(bytes, this.#keptLength);
    this.#keptLength = length;
  }

  #drop(bytes: number): void {
    const count = Math.max(0, Math.min(bytes, this.#keptLength));
    this.#kept.copyWithin(0, count, this.#keptLength);
    this.#keptLength -= count;
    this.#keptFrom += count;
  }
}

const countOnes = (bits: number): number => {
  let ones = 0;
  for (let rest = bits; rest > 0; rest >>= 1) ones += rest & 1;
  return ones;
};

/**
 * Writes down the words that can be heard in some audio: of every known sound the words that lie between the first and
 * the last heard piece of it, so that a clipped onset costs its words.
 */
export function understand(book: SoundBook, audio: Uint8Array): Understood {
  const heard = new Map<Sound, { from: number; to: number; bytes: number }>();
  for (const { sound, offset, length } of book.recognise(audio)) {
    if (sound === null || sound.text === "") continue;
    const stretch = heard.get(sound) ?? { from: offset, to: offset, bytes: 0 };
    stretch.from = Math.min(stretch.from, offset);
    stretch.to = Math.max(stretch.to, offset + length);
    stretch.bytes += length;
    heard.set(sound, stretch);
  }
  const texts: string[] = [];
  let endsTurn = true;
  for (const [sound, stretch] of heard) {
    const words = wordsWithin(sound, stretch.from, stretch.to);
    if (words !== "") texts.push(words);
    // No turn ends in the middle of a sentence, however long its speaker takes for a breath.
    endsTurn = sound.endsTurn !== false && stretch.to + lastSyllableBytes >= sound.bytes;
  }
  return { text: texts.join(" "), endsTurn, audioMs: audio.length / 8 };
}

function wordsWithin(sound: Sound, from: number, to: number): string {
  const words = sound.text.split(" ");
  const whole = Math.max(sound.bytes, to, 1);
  return words
    .filter((_, index) => {
      const middle = ((index + 0.5) / words.length) * whole;
      return middle >= from && middle <= to;
    })
    .join(" ");
}
