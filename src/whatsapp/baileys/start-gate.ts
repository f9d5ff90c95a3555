import type { Clock } from "../../base/clock.ts";

/** Lets one session after the other begin to connect, a little apart: no herd after a network cut or a start. */
export class StartGate {
  readonly #clock: Clock;
  readonly #gapMs: number;
  #freeAtMs = 0;

  constructor(clock: Clock, gapMs: number) {
    this.#clock = clock;
    this.#gapMs = gapMs;
  }

  pass(run: () => void): void {
    const nowMs = this.#clock.nowMs();
    const atMs = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = atMs + this.#gapMs;
    if (atMs === nowMs) run();
    else this.#clock.after(atMs - nowMs, run);
  }
}
