import { limits } from "../limits.ts";
import type { CallCore } from "./core.ts";
import type { CallEndReason } from "./journal.ts";
import type { PhoneLeg } from "./leg.ts";

/** What happens once the assistant has finished speaking. */
export type After =
  | { kind: "end"; reason: CallEndReason }
  | { kind: "transfer"; to: string; label: string }
  | { kind: "fallback"; reason: string };

/** A goodbye, a transfer or a way out that waits until its last words were heard. */
export class Closing {
  readonly #core: CallCore;
  readonly #leg: PhoneLeg;
  #after: After | null = null;
  #spoken = false;

  constructor(core: CallCore, leg: PhoneLeg) {
    this.#core = core;
    this.#leg = leg;
  }

  get pending(): boolean {
    return this.#after !== null;
  }

  /** The words that belong to it are on their way: it happens as soon as they are heard. */
  get spoken(): boolean {
    return this.#spoken;
  }

  /** @param spoken its words were said already, or need not be said. */
  set(after: After, spoken: boolean): void {
    this.#after = after;
    this.#spoken = spoken;
    this.#core.arm("goodbye", limits.goodbyeMs);
  }

  speaking(): void {
    if (this.#after) this.#spoken = true;
  }

  /** The caller spoke first. Returns what was called off, to be taken up again if it was only a cough. */
  cancel(): After | null {
    const after = this.#after;
    this.#after = null;
    this.#core.deadlines.disarm("goodbye");
    return after;
  }

  perform(): void {
    const after = this.cancel();
    if (after === null) return;
    if (after.kind === "end") this.#leg.hangUp(after.reason);
    else if (after.kind === "transfer") this.#leg.transfer(after.to, after.label);
    else this.#leg.fail(after.reason);
  }
}
