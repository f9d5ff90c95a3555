import { limits } from "../limits.ts";
import type { HistoryLine } from "../live-call/engine.ts";
import type { Ask } from "./sequencer.ts";

// What a call can ask for in the seconds of an outage, several times over.
const wishesMax = 32;

// When a connection is tried, in ms from the loss: at once, for the usual dropped socket; then after half a second and
// after one and a half, when a restarting server has had time.
const tryAtMs = [0, 500, 1_500] as const;

/** A time without a session: from opening, or from the loss of one, until the next is ready. */
export class Outage {
  readonly #sinceMs: number;
  #tries = 0;
  /** Answers that the lost session owed, and those asked for since; oldest first. */
  asks: Ask[];
  /** Lines for the engine's memory that came meanwhile. */
  readonly lines: HistoryLine[] = [];

  constructor(sinceMs: number, asks: Ask[] = []) {
    this.#sinceMs = sinceMs;
    this.asks = asks;
  }

  ask(ask: Ask): void {
    if (this.asks.length < wishesMax) this.asks.push(ask);
  }

  add(line: HistoryLine): void {
    if (this.lines.length < wishesMax) this.lines.push(line);
  }

  /** The caller interrupted: only the answer to tool results stays wanted. */
  interrupt(): void {
    this.asks = this.asks.filter((ask) => ask.kind === "continue");
  }

  elapsedMs(nowMs: number): number {
    return nowMs - this.#sinceMs;
  }

  /** Ms until the next try, or null when it is time to give up. Counts the try. */
  nextTryInMs(nowMs: number): number | null {
    const atMs = tryAtMs[this.#tries++];
    const elapsedMs = this.elapsedMs(nowMs);
    if (atMs === undefined || Math.max(atMs, elapsedMs) >= limits.engineReconnectMs) return null;
    return Math.max(0, atMs - elapsedMs);
  }
}
