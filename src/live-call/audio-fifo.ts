import { MULAW_FRAME_BYTES, MULAW_SILENCE } from "../audio/mulaw.ts";

// 2.5 s: what Twilio holds ahead and what was heard last. A long answer doubles it as needed and gives it back when what is
// left fills half of it: were it just large enough, the next piece of an answer would double it again.
const smallBytes = 20_000;

/**
 * The assistant's mu-law bytes from "received" to "heard", addressed by their offset since the call began.
 * One flat buffer: base64 is decoded into its end and encoded from its middle without a copy in between.
 */
export class AudioFifo {
  #bytes = Buffer.allocUnsafeSlow(smallBytes);
  #head = 0; // index in #bytes of the byte with offset `start`
  /** Offset of the oldest byte that is still held. */
  start = 0;
  /** Offset behind the newest byte. */
  end = 0;

  /** Decodes base64 behind the newest byte; returns how many bytes that were. */
  append(payload: string): number {
    this.#makeRoom(Math.ceil((payload.length * 3) / 4));
    const written = this.#bytes.write(payload, this.#head + (this.end - this.start), "base64");
    this.end += written;
    return written;
  }

  appendBytes(bytes: Uint8Array): void {
    this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#head + (this.end - this.start));
    this.end += bytes.length;
  }

  /** Fills up to a whole number of frames with silence. */
  padToFrame(): void {
    const over = this.end % MULAW_FRAME_BYTES;
    if (over === 0) return;
    const pad = MULAW_FRAME_BYTES - over;
    this.#makeRoom(pad);
    const at = this.#head + (this.end - this.start);
    this.#bytes.fill(MULAW_SILENCE, at, at + pad);
    this.end += pad;
  }

  base64(from: number, to: number): string {
    return this.#bytes.toString("base64", this.#index(from), this.#index(to));
  }

  copy(from: number, to: number): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, this.#index(from), this.#index(to));
  }

  /** Copies `length` bytes from offset `from` to `target` at index `at`. Hot: no allocation. */
  copyInto(target: Uint8Array, at: number, from: number, length: number): void {
    const index = this.#index(from);
    this.#bytes.copy(target, at, index, index + length);
  }

  /** Forgets everything before offset `upTo`. */
  release(upTo: number): void {
    this.#head += upTo - this.start;
    this.start = upTo;
    this.#giveBack();
  }

  /** Forgets everything from offset `at` on. */
  cut(at: number): void {
    this.end = at;
    this.#giveBack();
  }

  #giveBack(): void {
    const held = this.end - this.start;
    if (this.#bytes.length === smallBytes || held > smallBytes / 2) return;
    const small = Buffer.allocUnsafeSlow(smallBytes);
    this.#bytes.copy(small, 0, this.#head, this.#head + held);
    this.#bytes = small;
    this.#head = 0;
  }

  #index(offset: number): number {
    return this.#head + (offset - this.start);
  }

  #makeRoom(more: number): void {
    const held = this.end - this.start;
    if (this.#head + held + more <= this.#bytes.length) return;
    let capacity = this.#bytes.length;
    while (capacity < held + more) capacity *= 2;
    const target = capacity === this.#bytes.length ? this.#bytes : Buffer.allocUnsafeSlow(capacity);
    this.#bytes.copy(target, 0, this.#head, this.#head + held);
    this.#bytes = target;
    this.#head = 0;
  }
}
