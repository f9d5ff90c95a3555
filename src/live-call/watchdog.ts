import { limits } from "../limits.ts";
import type { EngineState } from "./engine.ts";
import type { Phase } from "./phase.ts";

/** What the sweep knows of one call; all times in ms of the process's clock. */
export interface WatchFacts {
  phase: Phase;
  /** Since when the stream's start is waited for. */
  waitingSinceMs: number;
  /** The newest inbound frame, or the stream's start. */
  lastMediaMs: number;
  /** False while last words are said, a goodbye or an excuse: they are on their way already. */
  needsEngine: boolean;
  engineState: EngineState;
  /** Since when the engine has not been ready, from the stream's start at the earliest; 0 while it is. */
  engineAwaySinceMs: number;
  /** Since when the line's backlog has been too large; 0 while it is not. */
  backlogSinceMs: number;
  /** Final marks that never came back, in a row. */
  marksLostInRow: number;
  lineRefused: boolean;
}

export type WatchReason =
  | "no_start"
  | "no_media"
  | "engine_not_ready"
  | "engine_lost"
  | "marks_missing"
  | "line_backlog"
  | "line_refused";

/** Why a call has to leave the assistant's hands, or null. Pure; the first reason in this order counts. */
export function watchdogReason(facts: WatchFacts, nowMs: number): WatchReason | null {
  if (facts.phase === "answering") return nowMs - facts.waitingSinceMs >= limits.streamStartMs ? "no_start" : null;
  if (facts.phase !== "streaming") return null;
  if (facts.lineRefused) return "line_refused";
  if (nowMs - facts.lastMediaMs >= limits.noMediaMs) return "no_media";
  if (facts.needsEngine && facts.engineState === "lost") return "engine_lost";
  if (facts.needsEngine && facts.engineAwaySinceMs > 0 && nowMs - facts.engineAwaySinceMs >= limits.engineGivenUpMs)
    return "engine_not_ready";
  if (facts.marksLostInRow >= limits.marksLostMax) return "marks_missing";
  if (facts.backlogSinceMs > 0 && nowMs - facts.backlogSinceMs >= limits.mediaBufferedMs) return "line_backlog";
  return null;
}
