import { MULAW_BYTES_PER_MS, MULAW_FRAME_BYTES, MULAW_SILENCE } from "../audio/mulaw.ts";
import type { VoiceEngine } from "./engine.ts";

const silence = (bytes: number): string => Buffer.alloc(bytes, MULAW_SILENCE).toString("base64");
// Silence says nothing but how long it lasts, so it may be late: 100 ms in one message instead of five spare the
// machine four fifths of its sends while the assistant speaks.
const batchBytes = 5 * MULAW_FRAME_BYTES;
const silentBatch = silence(batchBytes);
const slots = 64; // 600 ms in frames of 10 ms or more

/**
 * The caller's way to the engine. While the assistant is heard and the caller is not, the engine gets silence, so
 * that its own voice coming back, or a cough, never becomes a turn; the frames that were held back are kept for
 * `replay`, so that the first syllable of a caller who does speak is not lost.
 */
export class Uplink {
  readonly #engine: Pick<VoiceEngine, "appendAudio">;
  readonly #keepMs: number;
  readonly #held: string[] = new Array<string>(slots).fill("");
  readonly #heldMs = new Float64Array(slots);
  #next = 0;
  #count = 0;
  /** Silence that is owed to the engine: it goes before anything else does. */
  #silentBytes = 0;

  constructor(engine: Pick<VoiceEngine, "appendAudio">, keepMs: number) {
    this.#engine = engine;
    this.#keepMs = keepMs;
  }

  /** One payload from the line. Hot: allocates nothing for frames of the usual size. */
  push(payload: string, bytes: number, gated: boolean): void {
    if (!gated) {
      this.#count = 0;
      this.#payOff();
      this.#engine.appendAudio(payload);
      return;
    }
    this.#held[this.#next] = payload;
    this.#heldMs[this.#next] = bytes / MULAW_BYTES_PER_MS;
    this.#next = (this.#next + 1) % slots;
    if (this.#count < slots) this.#count++;
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
    let from = 0;
    let ms = 0;
    while (from < this.#count) {
      ms += this.#heldMs[(this.#next - 1 - from + 2 * slots) % slots]!;
      if (ms > this.#keepMs) break;
      from++;
    }
    for (let back = from; back > 0; back--) this.#engine.appendAudio(this.#held[(this.#next - back + slots) % slots]!);
    this.#count = 0;
  }

  #payOff(): void {
    if (this.#silentBytes === 0) return;
    this.#engine.appendAudio(this.#silentBytes === batchBytes ? silentBatch : silence(this.#silentBytes));
    this.#silentBytes = 0;
  }
}
