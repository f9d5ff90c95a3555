import { limits } from "../limits.ts";
import type { CallCore } from "./core.ts";
import type { CallEndReason } from "./journal.ts";
import type { PhoneLeg } from "./leg.ts";
import type { ToolOutcome } from "./tools.ts";

/** What happens once the assistant has finished speaking. */
export type After =
  | { kind: "end"; reason: CallEndReason }
  | { kind: "transfer"; to: string; label: string }
  | { kind: "fallback"; reason: string };

/**
 * How far it is: planned, its words under way, or its words under way and the last of the call. The caller calls off the
 * first two by speaking; from the last there is no way back, whoever speaks, presses or plans anything else.
 */
type Stage = "none" | "planned" | "spoken" | "last";

/** A goodbye, a transfer or a way out that waits until its last words were heard. */
export class Closing {
  readonly #core: CallCore;
  readonly #leg: PhoneLeg;
  #after: After | null = null;
  #stage: Stage = "none";
  #latestMs = 0;

  constructor(core: CallCore, leg: PhoneLeg) {
    this.#core = core;
    this.#leg = leg;
  }

  get pending(): boolean {
    return this.#after !== null;
  }

  /** The caller is to be put through. */
  get transfers(): boolean {
    return this.#after?.kind === "transfer";
  }

  /** The words that belong to it are on their way: it happens as soon as they are heard. */
  get spoken(): boolean {
    return this.#stage === "spoken" || this.#stage === "last";
  }

  /** The last sentence of the call is being said: nothing is asked, answered or begun any more. */
  get last(): boolean {
    return this.#stage === "last";
  }

  /** The call's last goodbye is being said, to its end: cut short, nothing would be left to say. */
  get farewell(): boolean {
    return this.last && this.#after?.kind === "end";
  }

  /** @param spoken its words were said already, or need not be said. */
  set(after: After, spoken: boolean): void {
    if (this.last) return;
    this.#after = after;
    this.#stage = spoken ? "spoken" : "planned";
    this.#core.arm("goodbye", limits.goodbyeMs);
    this.#latestMs = this.#core.nowMs() + limits.longGoodbyeMs;
  }

  /** What a tool decided; `spoken` as for `set`. */
  plan(afterwards: NonNullable<ToolOutcome["afterwards"]>, spoken: boolean): void {
    this.set(afterwards.kind === "end" ? { ...afterwards, reason: "assistant_ended" } : afterwards, spoken);
  }

  /** For good, and at the latest `withinMs` from now. False when there is a last sentence already: that one stands. */
  setLast(after: After, withinMs: number): boolean {
    const isFirst = !this.last;
    if (isFirst) this.set(after, true);
    if (isFirst && after.kind === "end") this.#leg.part(after.reason);
    this.#stage = "last";
    this.#core.deadlines.armNoLater("goodbye", this.#core.nowMs() + withinMs);
    return isFirst;
  }

  speaking(): void {
    if (this.#stage === "planned") this.#stage = "spoken";
  }

  /** The caller spoke first. Returns what was called off, to be taken up again if it was only a cough. */
  cancel(): After | null {
    return this.last ? null : this.#take();
  }

  /** Its time is over: it happens, or soon, when words end at `heardAtMs`. The last sentence of the call has no more time. */
  due(heardAtMs: number): void {
    const nowMs = this.#core.nowMs();
    if (this.last || heardAtMs <= nowMs || nowMs >= this.#latestMs) this.perform();
    else this.#core.deadlines.arm("goodbye", Math.min(heardAtMs + limits.markSlackMs, this.#latestMs));
  }

  perform(): void {
    const after = this.#take();
    if (after === null) return;
    if (after.kind === "end") this.#leg.hangUp(after.reason);
    else if (after.kind === "transfer") this.#leg.transfer(after.to, after.label);
    else this.#leg.fail(after.reason);
  }

  #take(): After | null {
    const after = this.#after;
    this.#after = null;
    if (!this.last) this.#stage = "none";
    this.#core.deadlines.disarm("goodbye");
    return after;
  }
}
