import type { Run, Sound } from "../sound-book.ts";

interface Chunk {
  bytes: Uint8Array;
  runs: readonly Run[];
  played: number;
}

/** Takes what comes out of the phone: `bytes` starts playing at sample `at` of the line; the runs say what it is. */
export type Speaker = (at: number, bytes: Uint8Array, sound: Sound | null, offset: number) => void;

/**
 * Twilio's buffer of a bidirectional stream: audio plays in the order it came, a mark comes back when playback reaches it,
 * a clear drops what has not played and returns every pending mark. Positions are samples (mu-law bytes).
 */
export class PlayoutBuffer {
  readonly #speaker: Speaker;
  #chunks: Chunk[] = [];
  #marks: { name: string; at: number }[] = [];
  #queued = 0;
  #played = 0;
  #line: number;

  /** @param line sample of the line at which the buffer starts to exist. */
  constructor(speaker: Speaker, line = 0) {
    this.#speaker = speaker;
    this.#line = line;
  }

  get bufferedMs(): number {
    return (this.#queued - this.#played) / 8;
  }

  media(bytes: Uint8Array, runs: readonly Run[]): void {
    if (bytes.length === 0) return;
    this.#chunks.push({ bytes, runs, played: 0 });
    this.#queued += bytes.length;
  }

  /** Names of marks that are due now: with nothing left to play, that is this one at once. */
  mark(name: string): string[] {
    this.#marks.push({ name, at: this.#queued });
    return this.#due();
  }

  /** Drops what has not played; returns all pending marks. */
  clear(): string[] {
    this.#chunks = [];
    this.#played = this.#queued;
    return this.#due();
  }

  /** Plays up to sample `line`; what the buffer cannot fill is silence. Returns the marks that were reached. */
  advance(line: number): string[] {
    while (this.#line < line) {
      const chunk = this.#chunks[0];
      if (chunk === undefined) {
        this.#line = line;
        break;
      }
      const count = Math.min(line - this.#line, chunk.bytes.length - chunk.played);
      this.#play(chunk, count);
      if (chunk.played === chunk.bytes.length) this.#chunks.shift();
    }
    return this.#due();
  }

  #play(chunk: Chunk, count: number): void {
    const end = chunk.played + count;
    for (const run of chunk.runs) {
      const from = Math.max(chunk.played, run.start);
      const to = Math.min(end, run.start + run.length);
      if (from >= to) continue;
      this.#speaker(
        this.#line + from - chunk.played,
        chunk.bytes.subarray(from, to),
        run.sound,
        run.offset + from - run.start,
      );
    }
    chunk.played = end;
    this.#played += count;
    this.#line += count;
  }

  #due(): string[] {
    const due: string[] = [];
    while (this.#marks.length > 0 && this.#marks[0]!.at <= this.#played) due.push(this.#marks.shift()!.name);
    return due;
  }
}
