import type { CallSid } from "../base/ids.ts";
import type { EngineUsage } from "./engine.ts";
import type { FinishedRecording } from "./recording-shelf.ts";

/**
 * Port to the memory of calls. Every method returns at once: rows are written behind the call's back, in order,
 * and survive a database that is away for a minute. `atMs` counts from the call's start (the webhook).
 */
export interface CallJournal {
  turn(callSid: CallSid, turn: TurnRecord): void;
  event(callSid: CallSid, event: CallEventRecord): void;
  usage(callSid: CallSid, usage: EngineUsage): void;
  /** Once per call, last. */
  ended(callSid: CallSid, end: CallEndRecord): void;
}

export interface TurnRecord {
  role: "caller" | "assistant";
  text: string;
  startMs: number;
  endMs: number;
  /** The assistant was interrupted: `text` is what was heard, cut in proportion to the audio. */
  interrupted: boolean;
}

/** Something worth seeing in the replay: barge-ins, tool calls, latencies, engine trouble, keypad, watchdogs. */
export interface CallEventRecord {
  atMs: number;
  kind: string;
  detail: Record<string, string | number | boolean | null>;
}

export interface CallEndRecord {
  reason: CallEndReason;
  durationMs: number;
  /** When the stream began: recording and trace count from then. Null when no frame came. */
  streamAtMs: number | null;
  /** Null when there is none. */
  recording: FinishedRecording | null;
  /** Detector trace for the replay; see vad/trace.ts. */
  trace: Uint8Array | null;
}

/** Why a call ended; every call ends with exactly one of these. */
export type CallEndReason =
  | "caller_hung_up"
  | "assistant_ended"
  | "transferred"
  | "fallback"
  | "time_limit"
  | "shutdown"
  | "bug";
