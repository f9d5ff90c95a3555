import { MULAW_BYTES_PER_MS, MULAW_FRAME_BYTES, MULAW_SILENCE } from "../audio/mulaw.ts";
import type { VoiceEngine } from "./engine.ts";

const silence = (bytes: number): string => Buffer.alloc(bytes, MULAW_SILENCE).toString("base64");
// Silence says nothing but how long it lasts, so it may be late: 200 ms in one message instead of ten spare the
// machine nine tenths of its sends while the assistant speaks.
const batchBytes = 10 * MULAW_FRAME_BYTES;
const silentBatch = silence(batchBytes);

/**
 * The caller's way to the engine. While the assistant is heard and the caller is not, the engine gets silence, so
 * that its own voice coming back, or a cough, never becomes a turn; the frames that were held back are kept for
 * `replay`, so that the first syllable of a caller who does speak is not lost.
 */
export class Uplink {
  readonly #engine: Pick<VoiceEngine, "appendAudio">;
  readonly #keepBytes: number;
  // Bytes instead of the payloads: strings that live for a second survive the collector's quick passes, and 100 calls
  // would fill 2 MB a second that only its rare full pass finds.
  readonly #held: Buffer;
  #heldBytes = 0;
  /** Silence that is owed to the engine: it goes before anything else does. */
  #silentBytes = 0;

  constructor(engine: Pick<VoiceEngine, "appendAudio">, keepMs: number) {
    this.#engine = engine;
    this.#keepBytes = keepMs * MULAW_BYTES_PER_MS;
    this.#held = Buffer.alloc(2 * this.#keepBytes);
  }

  /** One payload from the line. Hot: allocates nothing for frames of the usual size. */
  push(payload: string, bytes: number, gated: boolean): void {
    if (!gated) {
      this.#heldBytes = 0;
      this.#payOff();
      this.#engine.appendAudio(payload);
      return;
    }
    this.#hold(payload, bytes);
    this.#silentBytes += bytes;
    if (this.#silentBytes >= batchBytes) this.#payOff();
  }

  /** Silence in place of frames that never came. */
  pad(ms: number): void {
    this.#silentBytes += Math.floor(ms / 20) * MULAW_FRAME_BYTES;
    this.#payOff();
  }

  /** The caller does speak: what was held back last goes to the engine after all, once. */
  replay(): void {
    this.#payOff();
    if (this.#heldBytes === 0) return;
    const from = Math.max(0, this.#heldBytes - this.#keepBytes);
    this.#engine.appendAudio(this.#held.toString("base64", from, this.#heldBytes));
    this.#heldBytes = 0;
  }

  #hold(payload: string, bytes: number): void {
    const held = this.#held;
    if (bytes > this.#keepBytes) {
      this.#heldBytes = Buffer.from(payload, "base64").copy(held, 0, bytes - this.#keepBytes);
      return;
    }
    if (this.#heldBytes + bytes > held.length) {
      held.copyWithin(0, this.#heldBytes - this.#keepBytes, this.#heldBytes);
      this.#heldBytes = this.#keepBytes;
    }
    this.#heldBytes += held.write(payload, this.#heldBytes, "base64");
  }

  #payOff(): void {
    if (this.#silentBytes === 0) return;
    this.#engine.appendAudio(this.#silentBytes === batchBytes ? silentBatch : silence(this.#silentBytes));
    this.#silentBytes = 0;
  }
}
