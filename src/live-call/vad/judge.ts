import { isBackchannel } from "./backchannels.ts";

/** Was a stop of the assistant meant by the caller? */
export type InterruptionVerdict = "meant" | "false_stop" | "undecided";

/** What is known some time after the assistant was stopped. */
export interface InterruptionEvidence {
  /** Length of what the caller said, pauses included. */
  spokenMs: number;
  /** Vowels in it. */
  voicedMs: number;
  /** The caller still speaks. */
  speaking: boolean;
  /** Final text of what the caller said, or null when none came yet. */
  transcript: string | null;
  /** The engine's own detector took what the caller said as a turn. */
  turnTaken: boolean;
  /** Since the stop. */
  sinceMs: number;
}

// Nobody holds a backchannel this long: it is a turn, whatever the transcriber makes of it.
const TURN_MS = 1_000;
// Coughs that run into one another are as long: of 1,100 fits none had more than 220 ms of vowels in its first second. Sentences have
// 280-800 by then, and 240 or more at 10-15 dB over noise in 95 of 100; the others wait a few frames longer, or for their words.
const TURN_VOICED_MS = 240;
// A transcript of a short utterance comes 0.5-1 s after its end. Later than this it is a cough, or nothing.
const SHORT_WAIT_MS = 1_200;
const SHORT_MS = 450;
// The sentence must go on within 2 s of the stop: decide with what is there, and leave time to queue the audio.
const DECIDE_MS = 1_800;

/**
 * Judges an interruption: a backchannel, a cough or a sound without words was a false stop, and the assistant
 * says what was left. `undecided` means ask again; it never lasts past 1.8 s after the stop. When no words have come by
 * then, two detectors that agree are believed: a question must not be talked over because the transcriber is slow.
 */
export function judgeInterruption(evidence: InterruptionEvidence): InterruptionVerdict {
  const { spokenMs, voicedMs, speaking, transcript, turnTaken, sinceMs } = evidence;
  if (transcript !== null && transcript.trim() !== "" && !isBackchannel(transcript)) return "meant";
  if (spokenMs >= TURN_MS && voicedMs >= TURN_VOICED_MS) return "meant";
  if (speaking) return sinceMs >= DECIDE_MS ? "meant" : "undecided";
  if (transcript !== null) return "false_stop";
  if (sinceMs >= SHORT_WAIT_MS && spokenMs <= SHORT_MS) return "false_stop";
  if (sinceMs < DECIDE_MS) return "undecided";
  return turnTaken ? "meant" : "false_stop";
}
