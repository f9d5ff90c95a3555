import type { After } from "./closing.ts";
import type { Remainder } from "./playout.ts";
import { type InterruptionVerdict, judgeInterruption } from "./vad/judge.ts";
import type { Vad } from "./vad/vad.ts";

/** What is kept of an interruption until it is known whether it was meant. */
export interface CutAnswer {
  atMs: number;
  remainder: Remainder[];
  /** The answer had been made completely; only its playback was stopped. */
  complete: boolean;
  /** What was to happen after the answer. */
  after: After | null;
}

/** One interruption at a time, from the stop to the verdict. */
export class Interruption {
  #cut: CutAnswer | null = null;
  #transcript: string | null = null;
  #turnTaken = false;

  get undecided(): boolean {
    return this.#cut !== null;
  }

  /** The engine took the caller's words as a turn while nothing was decided: an answer is owed if it was meant. */
  get turnTaken(): boolean {
    return this.#turnTaken;
  }

  begin(cut: CutAnswer): void {
    this.#cut = cut;
    this.#transcript = null;
    this.#turnTaken = false;
  }

  callerTurn(): void {
    this.#turnTaken = true;
  }

  callerText(text: string): void {
    this.#transcript = this.#transcript === null ? text : `${this.#transcript} ${text}`;
  }

  judge(vad: Vad, nowMs: number): InterruptionVerdict {
    return judgeInterruption({
      spokenMs: vad.utteranceMs,
      speaking: vad.speaking,
      transcript: this.#transcript,
      sinceMs: nowMs - (this.#cut?.atMs ?? nowMs),
    });
  }

  /** Ends the matter and returns what was kept. */
  decided(): CutAnswer | null {
    const cut = this.#cut;
    this.#cut = null;
    return cut;
  }
}
