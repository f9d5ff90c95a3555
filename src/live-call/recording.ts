import { MULAW_BYTES_PER_MS, MULAW_SILENCE } from "../audio/mulaw.ts";
import type { AudioFifo } from "./audio-fifo.ts";
import { createBufferPool } from "./buffer-pool.ts";
import type { FinishedRecording, RecordingFile } from "./recording-shelf.ts";

// All that a call holds in memory are the newest three or four of a side. Chunks this far behind the newest are complete:
// the assistant's side is written within `limits.playoutLeadMs` and `driftBytes` of being heard.
const chunkBytes = 750 * MULAW_BYTES_PER_MS;
const openChunks = 3;
// Heard audio continues seamlessly as long as clock and stream agree this well; beyond, silence was in between.
const driftBytes = 120 * MULAW_BYTES_PER_MS;
// A disk that is this far behind is stuck: what would not fit is dropped, before any audio of the call suffers.
const writesMax = 16;
const silentChunk = new Uint8Array(chunkBytes).fill(MULAW_SILENCE);

// Used again and again, by all calls in turn: what lives for seconds is found only by the collector's rare full pass, and
// 100 calls would leave it 3 MB a second. Spares of each call's own were 5 MB for 100 calls.
const chunks = createBufferPool(chunkBytes, 32);
const stereoChunks = createBufferPool(2 * chunkBytes, 8);

/** Mu-law bytes of one side by stream time, silence where nothing was written. Holds the newest chunks only. */
class Side {
  readonly #chunks: (Uint8Array | null)[] = [];
  readonly #maxBytes: number;
  /** Chunks before this one are handed over. */
  first = 0;
  end = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Index of the newest chunk. */
  get newest(): number {
    return this.#chunks.length - 1;
  }

  write(frame: Uint8Array, bytes: number, at: number): void {
    if (at < 0 || at + bytes > this.#maxBytes) return;
    const within = at % chunkBytes;
    if (within + bytes > chunkBytes) this.#writeAcross(frame, bytes, at);
    else {
      const chunk = this.#chunkOf(at);
      if (chunk === null) return;
      if (bytes === frame.length) chunk.set(frame, within);
      else for (let index = 0; index < bytes; index++) chunk[within + index] = frame[index]!;
      if (at + bytes > this.end) this.end = at + bytes;
    }
  }

  copyFrom(fifo: AudioFifo, from: number, length: number, at: number): void {
    let done = 0;
    while (done < length && at + done < this.#maxBytes) {
      const within = (at + done) % chunkBytes;
      const part = Math.min(length - done, chunkBytes - within);
      const chunk = this.#chunkOf(at + done);
      if (chunk !== null) fifo.copyInto(chunk, within, from + done, part);
      done += part;
    }
    if (at + done > this.end) this.end = at + done;
  }

  /** Null where nothing was written. */
  chunk(index: number): Uint8Array | null {
    return this.#chunks[index] ?? null;
  }

  release(index: number): void {
    const chunk = this.#chunks[index];
    if (chunk) chunks.give(chunk);
    if (index < this.#chunks.length) this.#chunks[index] = null;
    this.first = index + 1;
  }

  /** Takes nothing more. */
  close(): void {
    for (let index = this.first; index < this.#chunks.length; index++) this.release(index);
    this.first = Number.POSITIVE_INFINITY;
  }

  #writeAcross(frame: Uint8Array, bytes: number, at: number): void {
    const first = chunkBytes - (at % chunkBytes);
    this.write(frame.slice(0, first), first, at);
    this.write(frame.slice(first, bytes), bytes - first, at + first);
  }

  #chunkOf(at: number): Uint8Array | null {
    const index = Math.floor(at / chunkBytes);
    if (index < this.first) return null;
    while (this.#chunks.length <= index) this.#chunks.push(null);
    let chunk = this.#chunks[index] ?? null;
    if (chunk === null) {
      chunk = chunks.take().fill(MULAW_SILENCE);
      this.#chunks[index] = chunk;
    }
    return chunk;
  }
}

/**
 * Both sides of a call as they were heard: the caller at the stream's timestamps, the assistant when it was played.
 * Complete chunks go to the shelf, if there is one.
 */
export class Recording {
  readonly #caller: Side;
  readonly #assistant: Side;
  readonly #file: RecordingFile | null;
  #now = 0; // stream offset behind the newest caller frame, bytes
  #assistantEnd = 0;
  #shelved = 0; // chunks
  #writing = 0;
  /** Chunks that the disk refused or was too slow for: silence in the recording. */
  readonly #holes = new Set<number>();
  readonly #underWay = new Set<Promise<void>>();

  /** @param maxMs nothing is kept beyond: the call's own bound, with room for its last sentence. */
  constructor(maxMs: number, file: RecordingFile | null = null) {
    this.#caller = new Side(maxMs * MULAW_BYTES_PER_MS);
    this.#assistant = new Side(maxMs * MULAW_BYTES_PER_MS);
    this.#file = file;
  }

  /** Hot: allocates nothing once its chunks are made. */
  caller(frame: Uint8Array, bytes: number, timestampMs: number): void {
    const at = timestampMs * MULAW_BYTES_PER_MS;
    this.#now = at + bytes;
    this.#caller.write(frame, bytes, at);
    if (this.#file !== null && this.#caller.newest - openChunks >= this.#shelved) this.#shelve();
  }

  /** `length` bytes of the assistant were heard just now: at `streamMs` by our clock, which goes on when frames are lost. Hot. */
  assistant(fifo: AudioFifo, from: number, length: number, streamMs: number): void {
    const now = Math.max(this.#now, Math.floor(streamMs * MULAW_BYTES_PER_MS));
    const byClock = Math.max(0, now - length);
    const continues = Math.abs(byClock - this.#assistantEnd) <= driftBytes;
    const at = continues ? this.#assistantEnd : Math.max(byClock, this.#assistantEnd);
    this.#assistant.copyFrom(fifo, from, length, at);
    this.#assistantEnd = at + length;
  }

  /** Null when there was no audio at all. What is on the shelf stays there: a call's end costs no more than its last seconds. */
  finish(): FinishedRecording | null {
    const samples = Math.max(this.#caller.end, this.#assistant.end);
    if (samples === 0) return null;
    const held = new Uint8Array(2 * (samples - this.#shelved * chunkBytes));
    for (let index = this.#shelved; index * chunkBytes < samples; index++) {
      const from = 2 * (index - this.#shelved) * chunkBytes;
      this.#interleave(index, held.subarray(from, Math.min(from + 2 * chunkBytes, held.length)));
    }
    this.#caller.close();
    this.#assistant.close();
    const file = this.#shelved === 0 ? null : this.#file;
    return { bytes: 2 * samples, held, file, complete: () => this.#complete(held, 2 * samples - held.length) };
  }

  /** Nothing of it is to be kept. */
  discard(): void {
    this.#caller.close();
    this.#assistant.close();
    if (this.#file !== null && this.#shelved > 0) this.#file.drop().catch(() => {}); // the shelf is emptied at the next start
  }

  /** How many chunks are lost so far. */
  get lostChunks(): number {
    return this.#holes.size;
  }

  async #complete(held: Uint8Array, from: number): Promise<void> {
    await Promise.all(this.#underWay);
    const silence = new Uint8Array(2 * chunkBytes).fill(MULAW_SILENCE);
    for (const index of this.#holes) await this.#file?.write(silence, 2 * index * chunkBytes);
    await this.#file?.write(held, from);
  }

  /** Hands the oldest chunk of both sides to the shelf, one per frame at most. */
  #shelve(): void {
    const index = this.#shelved++;
    if (this.#writing >= writesMax) this.#holes.add(index);
    else this.#note(this.#write(index));
    this.#caller.release(index);
    this.#assistant.release(index);
  }

  #note(write: Promise<void>): void {
    this.#underWay.add(write);
    void write.then(() => this.#underWay.delete(write));
  }

  async #write(index: number): Promise<void> {
    const stereo = stereoChunks.take();
    this.#interleave(index, stereo);
    this.#writing++;
    try {
      await this.#file!.write(stereo, index * stereo.length);
    } catch {
      this.#holes.add(index);
    } finally {
      this.#writing--;
      stereoChunks.give(stereo);
    }
  }

  /** Overwrites `stereo` with a chunk of both sides. */
  #interleave(index: number, stereo: Uint8Array): void {
    const caller = this.#caller.chunk(index) ?? silentChunk;
    const assistant = this.#assistant.chunk(index) ?? silentChunk;
    for (let at = 0, to = 0; to < stereo.length; at++, to += 2) {
      stereo[to] = caller[at]!;
      stereo[to + 1] = assistant[at]!;
    }
  }
}
