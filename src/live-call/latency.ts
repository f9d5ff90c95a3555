import type { CallCore } from "./core.ts";

/** The moments of one turn, in the order in which they come when nothing goes wrong. */
export type TurnMoment =
  | "speech_end"
  | "caller_turn"
  | "answer_started"
  | "first_delta"
  | "first_frame_sent"
  | "first_heard"
  | "cancelled";

/** Collects when things happened in a turn (V10) and writes one `turn_latency` event when the turn is over. */
export class TurnLatency {
  readonly #core: CallCore;
  #moments: Partial<Record<TurnMoment, number>> = {};

  constructor(core: CallCore) {
    this.#core = core;
  }

  /** The first time of each moment counts; `speech_end` moves on as long as no answer began. */
  mark(moment: TurnMoment): void {
    if (moment === "speech_end" ? this.#moments.first_delta === undefined : this.#moments[moment] === undefined) {
      this.#moments[moment] = this.#core.atMs();
    }
  }

  has(moment: TurnMoment): boolean {
    return this.#moments[moment] !== undefined;
  }

  /** Writes the turn, if there was an answer in it, and begins the next. */
  finish(): void {
    const { speech_end: spoken, first_frame_sent: sent } = this.#moments;
    if (this.has("first_delta")) {
      const gap = spoken !== undefined && sent !== undefined ? { answer_ms: sent - spoken } : {};
      this.#core.event("turn_latency", { ...this.#moments, ...gap });
    }
    this.#moments = {};
  }
}
