import type { After } from "./closing.ts";
import type { Remainder } from "./playout.ts";
import { isBackchannel } from "./vad/backchannels.ts";
import { type InterruptionVerdict, judgeInterruption } from "./vad/judge.ts";
import type { Vad } from "./vad/vad.ts";

/** What is kept of an interruption until it is known whether it was meant. */
export interface CutAnswer {
  atMs: number;
  remainder: Remainder[];
  /** The answer had been made completely, and no other was asked for: only playback was stopped. */
  complete: boolean;
  /** What was to happen after the answer. */
  after: After | null;
}

/** One interruption at a time, from the stop to the verdict. */
export class Interruption {
  #cut: CutAnswer | null = null;
  #transcript: string | null = null;
  #turnTaken = false;
  #wordsMissing = false;
  /** Turns whose words have not come; and those of them that were taken before the interruption. */
  readonly #wordless = new Set<string>();
  #earlier: ReadonlySet<string> = new Set();

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
    this.#turnTaken = this.#wordsMissing = false;
    this.#earlier = new Set(this.#wordless);
  }

  /** The engine took a turn of the caller. @param spoken false for a tone that was taken for one. */
  callerTurn(itemId: string, spoken = true): void {
    this.#wordless.add(itemId);
    if (!spoken) return;
    this.#turnTaken = this.undecided;
    this.#wordsMissing = false;
  }

  /** The caller has something to say, whatever stopped the assistant: what was to happen after the answer does not. */
  keyPressed(): void {
    if (this.#cut !== null) this.#cut.after = null;
  }

  /** The words of a turn have come. False: it was taken before the interruption, and they say nothing of it. */
  worded(itemId: string): boolean {
    this.#wordless.delete(itemId);
    return !this.#earlier.has(itemId);
  }

  callerText(text: string): void {
    this.#transcript = this.#transcript === null ? text : `${this.#transcript} ${text}`;
  }

  /** Words of a turn that was taken for a sound without words: it was meant after all, and nobody has answered it. */
  wordsAfterAll(text: string): boolean {
    if (!this.#wordsMissing || text.trim() === "" || isBackchannel(text)) return false;
    this.#wordsMissing = false;
    return true;
  }

  judge(vad: Vad, nowMs: number): InterruptionVerdict {
    const verdict = judgeInterruption({
      spokenMs: vad.utteranceMs,
      voicedMs: vad.voicedMs,
      speaking: vad.speaking,
      transcript: this.#transcript,
      turnTaken: this.#turnTaken,
      sinceMs: nowMs - (this.#cut?.atMs ?? nowMs),
    });
    this.#wordsMissing = verdict === "false_stop" && this.#turnTaken && this.#transcript === null;
    return verdict;
  }

  /** Ends the matter and returns what was kept. */
  decided(): CutAnswer | null {
    const cut = this.#cut;
    this.#cut = null;
    return cut;
  }
}
