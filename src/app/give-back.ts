import type { Clock, Timer } from "../base/clock.ts";

export interface GiveBackDeps {
  clock: Clock;
  liveCalls: () => number;
  /** Resident memory of the process in bytes; the system's by default. */
  residentBytes?: () => number;
  /** Collects garbage and asks the engine for unused memory, compiled code included. */
  shrink?: () => void;
}

const lookEveryMs = 5_000;
// Longer than from one call's end to its summary; whoever rings again within it finds the compiled code still there.
const quietMs = 10_000;
const grownRatio = 1.1;
// What the first pass lets go of lies scattered; the second, a look later, finds its pages empty.
const passesMax = 2;

/**
 * Gives memory back to the machine when the calls are over. Left alone, the engine keeps garbage and compiled code: 60 MB
 * after a hundred calls. One pass holds up the loop for some 50 ms (more on a busy machine), so it is never made while
 * somebody is on the line, and the next call compiles its code anew, so it is made only when the process has grown by a tenth.
 */
export class GiveBack {
  readonly #deps: Required<GiveBackDeps>;
  #timer: Timer | null = null;
  /** The most that was left after giving back; before the first time nobody knows. */
  #usualBytes = 0;
  #busyMs: number;
  /** Since the last call, or since the start. */
  #state: "busy" | "giving back" | "idle" = "idle";
  #passes = 0;

  constructor(deps: GiveBackDeps) {
    this.#deps = { residentBytes: process.memoryUsage.rss, shrink: collectAndShrink, ...deps };
    this.#busyMs = deps.clock.nowMs();
  }

  start(): void {
    this.#timer = this.#deps.clock.every(lookEveryMs, () => this.#look());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    const { clock, liveCalls } = this.#deps;
    if (liveCalls() > 0) {
      this.#busyMs = clock.nowMs();
      this.#state = "busy";
    } else if (this.#state === "busy" && clock.nowMs() - this.#busyMs >= quietMs) {
      const grown = this.#deps.residentBytes() > grownRatio * this.#usualBytes;
      this.#state = grown ? "giving back" : "idle";
      this.#passes = 0;
    }
    if (this.#state === "giving back") this.#giveBack();
  }

  #giveBack(): void {
    const { residentBytes, shrink } = this.#deps;
    if (this.#passes++ < passesMax) shrink();
    else {
      // What is left is in use, by WhatsApp's threads for example: asking for it again after every call gives nothing.
      this.#state = "idle";
      this.#usualBytes = Math.max(this.#usualBytes, residentBytes());
    }
  }
}

/** Holds up the loop for some 50 ms; the pages themselves go a moment later. */
export function collectAndShrink(): void {
  Bun.gc(true);
  Bun.shrink();
}
