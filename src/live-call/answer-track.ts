import type { AnswerOutcome } from "./engine.ts";

/** How an answer came out: `late` belongs to an answer that was cancelled before, `broken_off` stops in the middle. */
export type AnswerEnd = "late" | "spoken" | "broken_off" | "cancelled" | "empty";

/** Which answer of the engine counts: asked for, in the making, or cancelled while its audio is still coming. */
export class AnswerTrack {
  #expected = false;
  #current: { id: string; spoke: boolean } | null = null;
  #muted = false;
  #item = "";

  /** An answer was asked for or is being made. */
  get open(): boolean {
    return this.#expected || this.#current !== null;
  }

  /** The answer in the making was heard already, at least its beginning. */
  get spoke(): boolean {
    return this.#current?.spoke ?? false;
  }

  /** The item in which something was spoken last. */
  get item(): string {
    return this.#item;
  }

  /** Audio and tool calls that come now belong to a cancelled answer. */
  get muted(): boolean {
    return this.#muted;
  }

  expect(): void {
    this.#expected = true;
  }

  started(id: string): void {
    this.#expected = false;
    this.#muted = false;
    this.#current = { id, spoke: false };
  }

  /**
   * Audio came that is wanted. True when it begins something: an answer, or what was asked of an engine that does not
   * report answers.
   */
  speaking(itemId: string): boolean {
    this.#item = itemId;
    const begins = this.#current === null ? this.#expected : !this.#current.spoke;
    this.#expected = false;
    if (this.#current !== null) this.#current.spoke = true;
    return begins;
  }

  ended(outcome: AnswerOutcome): AnswerEnd {
    if (outcome.answerId !== this.#current?.id) {
      this.#muted = false;
      return "late";
    }
    const { spoke } = this.#current;
    this.#current = null;
    if (spoke && brokeOff(outcome)) return "broken_off";
    if (spoke || outcome.produced) return "spoken";
    return outcome.status === "cancelled" ? "cancelled" : "empty";
  }

  /** The answer is no longer wanted. */
  cancelled(): void {
    if (this.#current !== null) this.#muted = true;
    this.#current = null;
    this.#expected = false;
  }
}

/** The connection or the provider failed in it, or it was too long. What a filter stopped is not gone on with. */
const brokeOff = ({ status, reason }: AnswerOutcome): boolean =>
  status === "failed" || (status === "incomplete" && reason !== "content_filter");
