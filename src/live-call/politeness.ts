import type { Vad } from "./vad/vad.ts";

// A caller who has been talking this long is not talked over: the answer that comes now is for half a sentence.
const talkOverMs = 400;
// After this long a pause the turn may well be over, though the detector still waits for more.
const breathMs = 100;
// A radio in the room never stops talking: the assistant must get a word in.
const yieldsInRowMax = 2;

/** Whether an answer that is about to begin gives way to a caller in the middle of a sentence. */
export class Politeness {
  readonly #vad: Pick<Vad, "speaking" | "pauseMs" | "utteranceMs">;
  #yieldsInRow = 0;

  constructor(vad: Pick<Vad, "speaking" | "pauseMs" | "utteranceMs">) {
    this.#vad = vad;
  }

  /** True: this answer is not begun, and the caller is heard out. */
  yields(): boolean {
    const { speaking, pauseMs, utteranceMs } = this.#vad;
    if (!speaking || pauseMs > breathMs || utteranceMs < talkOverMs) return false;
    return this.#yieldsInRow++ < yieldsInRowMax;
  }

  /** The assistant has got a word in. */
  spoke(): void {
    this.#yieldsInRow = 0;
  }
}
