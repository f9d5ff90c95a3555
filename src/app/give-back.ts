import type { Clock, Timer } from "../base/clock.ts";

export interface GiveBackDeps {
  clock: Clock;
  liveCalls: () => number;
  /** Resident memory of the process in bytes; the system's by default. */
  residentBytes?: () => number;
  /** Asks the engine for unused memory, compiled code included; it does so as soon as it is idle. */
  shrink?: () => void;
}

const lookEveryMs = 5_000;
// Longer than from one call's end to its summary; whoever rings again within it finds the compiled code still there.
const quietMs = 10_000;
const grownRatio = 1.1;

/**
 * Gives memory back to the machine when the calls are over. Left alone, the engine keeps garbage and compiled code: 25 MB
 * after a hundred calls. One pass holds up the loop for some 20 ms (150 on a busy machine), so it is never made while somebody is on the line, and
 * the next call compiles its code anew, so it is made only when the process has grown by a tenth.
 */
export class GiveBack {
  readonly #deps: Required<GiveBackDeps>;
  #timer: Timer | null = null;
  /** What it held at its start, and after each pass. */
  #usualBytes = 0;
  #busyMs: number;
  /** No call since the last pass, or since the start. */
  #idle = true;
  #justGaveBack = false;

  constructor(deps: GiveBackDeps) {
    this.#deps = { residentBytes: process.memoryUsage.rss, shrink: Bun.shrink, ...deps };
    this.#busyMs = deps.clock.nowMs();
  }

  start(): void {
    this.#usualBytes = this.#deps.residentBytes();
    this.#timer = this.#deps.clock.every(lookEveryMs, () => this.#look());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    const { clock, liveCalls, residentBytes, shrink } = this.#deps;
    if (liveCalls() > 0) {
      this.#busyMs = clock.nowMs();
      this.#idle = false;
    } else if (!this.#idle && clock.nowMs() - this.#busyMs >= quietMs) {
      this.#idle = true;
      this.#justGaveBack = residentBytes() > grownRatio * this.#usualBytes;
      if (this.#justGaveBack) shrink();
    } else if (this.#justGaveBack) {
      // What is left is in use, by WhatsApp's threads for example: asking for it again after every call gives nothing.
      this.#justGaveBack = false;
      this.#usualBytes = Math.max(this.#usualBytes, residentBytes());
    }
  }
}
