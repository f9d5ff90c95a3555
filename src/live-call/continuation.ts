import type { AnswerRequest } from "./engine.ts";
import { engineNotes } from "./phrases-text.ts";

/**
 * The rest of an answer of which the caller hears only a part: asked for when that part is over, unless something else is
 * answered first.
 */
export class Continuation {
  #heard: string | null = null;
  #mended = false;

  get wanted(): boolean {
    return this.#heard !== null;
  }

  /** A cough stopped an answer in the making; `heard` is all there is of it. */
  stopped(heard: string): void {
    this.#heard = heard;
  }

  /** An answer broke off by itself. Once per turn of the caller: a model that does it again would go on for ever. */
  brokeOff(heard: string): void {
    if (!this.#mended) this.#heard = heard;
    this.#mended = true;
  }

  callerTurn(): void {
    this.#mended = false;
  }

  drop(): void {
    this.#heard = null;
  }

  /** What to ask for, which is thereby no longer wanted. Only when `wanted`. */
  take(): AnswerRequest {
    const heard = this.#heard ?? "";
    this.#heard = null;
    return { instructions: engineNotes.continueFrom(heard) };
  }
}
