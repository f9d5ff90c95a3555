import { limits } from "../limits.ts";
import type { CallCore } from "./core.ts";
import type { InboundState } from "./inbound.ts";
import type { Line } from "./line.ts";
import type { Phase } from "./phase.ts";
import type { Playout } from "./playout.ts";
import type { Vad } from "./vad/vad.ts";
import { type WatchReason, watchdogReason } from "./watchdog.ts";

// A line that falls silent while the caller was speaking never ends a turn: the engine gets this much silence, once.
const stallMs = 750;
const stallPadMs = 1_000;

/** Collects, once per sweep, what the watchdog has to know of one call. */
export class Vitals {
  readonly #core: CallCore;
  readonly #parts: { inbound: InboundState; playout: Playout; vad: Vad };
  #line: Line | null = null;
  #waitingSinceMs: number; // for the stream
  #engineAwaySinceMs = 0;
  #backlogSinceMs = 0;
  #paddedFrameMs = 0; // the frame after which the stall was padded
  attachedMs = 0;

  constructor(core: CallCore, parts: { inbound: InboundState; playout: Playout; vad: Vad }) {
    this.#core = core;
    this.#parts = parts;
    this.#waitingSinceMs = core.startedMs;
  }

  attached(line: Line): void {
    this.#line = line;
    this.attachedMs = this.#core.nowMs();
  }

  /**
   * Why the call has to leave the assistant's hands now, or null.
   * @param needsEngine false while last words are said: they are on their way, and what follows them is settled.
   */
  check(phase: Phase, needsEngine: boolean, nowMs: number): WatchReason | null {
    this.#noteEngine(nowMs);
    this.#noteBacklog(nowMs);
    this.#padStall(nowMs);
    const { inbound, playout } = this.#parts;
    const facts = {
      phase,
      needsEngine,
      waitingSinceMs: this.#waitingSinceMs,
      lastMediaMs: Math.max(this.attachedMs, inbound.lastFrameMs),
      engineState: this.#core.engine.state,
      engineAwaySinceMs: this.#engineAwaySinceMs,
      backlogSinceMs: this.#backlogSinceMs,
      marksLostInRow: playout.lostInRow,
      lineRefused: playout.refused,
    };
    return watchdogReason(facts, nowMs);
  }

  /** The whole process stood still for `byMs`: that time counts for nobody. */
  forgive(byMs: number): void {
    this.#waitingSinceMs += byMs;
    if (this.attachedMs > 0) this.attachedMs += byMs;
    if (this.#engineAwaySinceMs > 0) this.#engineAwaySinceMs += byMs;
    const { inbound } = this.#parts;
    if (inbound.lastFrameMs > 0) inbound.lastFrameMs += byMs;
    this.#backlogSinceMs = 0;
  }

  #noteEngine(nowMs: number): void {
    if (this.#core.engine.state === "ready" || this.attachedMs === 0) this.#engineAwaySinceMs = 0;
    else if (this.#engineAwaySinceMs === 0) this.#engineAwaySinceMs = nowMs;
  }

  #noteBacklog(nowMs: number): void {
    const held = this.#line?.bufferedBytes() ?? 0;
    if (held <= limits.mediaBufferedBytes) this.#backlogSinceMs = 0;
    else if (this.#backlogSinceMs === 0) this.#backlogSinceMs = nowMs;
  }

  #padStall(nowMs: number): void {
    const { lastFrameMs, uplink } = this.#parts.inbound;
    if (lastFrameMs === 0 || lastFrameMs === this.#paddedFrameMs || nowMs - lastFrameMs < stallMs) return;
    if (!this.#parts.vad.speaking) return;
    this.#paddedFrameMs = lastFrameMs;
    uplink.pad(stallPadMs);
  }
}
