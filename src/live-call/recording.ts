import { MULAW_BYTES_PER_MS, MULAW_SILENCE } from "../audio/mulaw.ts";
import type { AudioFifo } from "./audio-fifo.ts";

// 8 s: a call of a minute costs eight allocations a side, and a silent side costs none.
const chunkBytes = 8_000 * MULAW_BYTES_PER_MS;
// Heard audio continues seamlessly as long as clock and stream agree this well; beyond, silence was in between.
const driftBytes = 120 * MULAW_BYTES_PER_MS;

/** One side of a call: mu-law bytes by stream time, silence where nothing was written. Grows in chunks up to a bound. */
class Side {
  readonly #chunks: (Uint8Array | undefined)[] = [];
  readonly #maxBytes: number;
  end = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  write(frame: Uint8Array, bytes: number, at: number): void {
    if (at < 0 || at + bytes > this.#maxBytes) return;
    const within = at % chunkBytes;
    const chunk = this.#chunkOf(at);
    if (within + bytes > chunkBytes) this.#writeAcross(frame, bytes, at);
    else if (bytes === frame.length) chunk.set(frame, within);
    else for (let index = 0; index < bytes; index++) chunk[within + index] = frame[index]!;
    if (at + bytes > this.end) this.end = at + bytes;
  }

  copyFrom(fifo: AudioFifo, from: number, length: number, at: number): void {
    let done = 0;
    while (done < length && at + done < this.#maxBytes) {
      const within = (at + done) % chunkBytes;
      const part = Math.min(length - done, chunkBytes - within);
      fifo.copyInto(this.#chunkOf(at + done), within, from + done, part);
      done += part;
    }
    if (at + done > this.end) this.end = at + done;
  }

  /** Copies the side into every second byte of `stereo`, from `offset` on. */
  interleave(stereo: Uint8Array, offset: number): void {
    this.#chunks.forEach((chunk, index) => {
      if (!chunk) return;
      let to = index * chunkBytes * 2 + offset;
      for (let at = 0; at < chunkBytes && to < stereo.length; at++, to += 2) stereo[to] = chunk[at]!;
    });
  }

  #writeAcross(frame: Uint8Array, bytes: number, at: number): void {
    const first = chunkBytes - (at % chunkBytes);
    this.write(frame.slice(0, first), first, at);
    this.write(frame.slice(first, bytes), bytes - first, at + first);
  }

  #chunkOf(at: number): Uint8Array {
    const index = Math.floor(at / chunkBytes);
    let chunk = this.#chunks[index];
    if (!chunk) {
      chunk = new Uint8Array(chunkBytes).fill(MULAW_SILENCE);
      this.#chunks[index] = chunk;
    }
    return chunk;
  }
}

/** Both sides of a call as they were heard: the caller at the stream's timestamps, the assistant when it was played. */
export class Recording {
  readonly #caller: Side;
  readonly #assistant: Side;
  #now = 0; // stream offset behind the newest caller frame, bytes
  #assistantEnd = 0;

  /** @param maxMs nothing is kept beyond: the call's own bound, with room for its last sentence. */
  constructor(maxMs: number) {
    this.#caller = new Side(maxMs * MULAW_BYTES_PER_MS);
    this.#assistant = new Side(maxMs * MULAW_BYTES_PER_MS);
  }

  /** Hot: allocates once per 8 s. */
  caller(frame: Uint8Array, bytes: number, timestampMs: number): void {
    const at = timestampMs * MULAW_BYTES_PER_MS;
    this.#now = at + bytes;
    this.#caller.write(frame, bytes, at);
  }

  /** `length` bytes of the assistant were heard just now. Hot. */
  assistant(fifo: AudioFifo, from: number, length: number): void {
    const byClock = Math.max(0, this.#now - length);
    const continues = Math.abs(byClock - this.#assistantEnd) <= driftBytes;
    const at = continues ? this.#assistantEnd : Math.max(byClock, this.#assistantEnd);
    this.#assistant.copyFrom(fifo, from, length, at);
    this.#assistantEnd = at + length;
  }

  /** Stereo mu-law, interleaved, caller first; null when there was no audio at all. */
  finish(): Uint8Array | null {
    const samples = Math.max(this.#caller.end, this.#assistant.end);
    if (samples === 0) return null;
    const stereo = new Uint8Array(samples * 2).fill(MULAW_SILENCE);
    this.#caller.interleave(stereo, 0);
    this.#assistant.interleave(stereo, 1);
    return stereo;
  }
}
