import { limits } from "../limits.ts";
import type { CallCore } from "./core.ts";

const digitsMax = 32;

/** Collects keys until none came for 3 s, or until "#"; each input costs an answer, so a call has only so many. */
export class Keypad {
  readonly #core: CallCore;
  #digits = "";
  #inputs = 0;

  constructor(core: CallCore) {
    this.#core = core;
  }

  /** True when the input is complete with this key. What is no key of a phone is ignored. */
  press(digit: string): boolean {
    if (!/^[0-9*#A-D]$/.test(digit) || this.#inputs === limits.keypadInputsPerCallMax) return false;
    if (this.#digits.length < digitsMax) this.#digits += digit;
    this.#core.arm("keypad", limits.keypadMs);
    return digit === "#";
  }

  /** The input so far, which is thereby taken. */
  take(): string {
    const digits = this.#digits;
    this.#digits = "";
    if (digits !== "") this.#inputs++;
    this.#core.deadlines.disarm("keypad");
    return digits;
  }
}
