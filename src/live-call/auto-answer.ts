import type { CallCore } from "./core.ts";

// A tone is taken as a turn within this time, if at all: the provider waits 0.2-0.8 s of silence, plus the way there.
const keyEchoMs = 1_500;

/**
 * Whether the engine answers turns by itself: not while nobody knows whether an interruption was meant, and not just after a
 * key was pressed, whose tone may become a turn.
 */
export class AutoAnswer {
  readonly #core: CallCore;
  #undecided = false;
  #keysPressed = false;

  constructor(core: CallCore) {
    this.#core = core;
  }

  /** A key was pressed a little while ago. */
  get keysPressed(): boolean {
    return this.#keysPressed;
  }

  /** The assistant was interrupted. */
  hold(): void {
    this.#undecided = true;
    this.#core.engine.setAutoAnswer(false);
  }

  /** It is known what the interruption meant. */
  decided(): void {
    if (!this.#undecided) return;
    this.#undecided = false;
    if (!this.#keysPressed) this.#core.engine.setAutoAnswer(true);
  }

  keyPressed(): void {
    if (!this.#keysPressed) this.#core.engine.setAutoAnswer(false);
    this.#keysPressed = true;
    this.#core.arm("keys_over", keyEchoMs);
  }

  /** The deadline `keys_over` is due. */
  keysOver(): void {
    this.#keysPressed = false;
    if (!this.#undecided) this.#core.engine.setAutoAnswer(true);
  }
}
