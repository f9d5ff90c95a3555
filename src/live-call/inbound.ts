import { MULAW_BYTES_PER_MS, MULAW_FRAME_BYTES, MULAW_SILENCE } from "../audio/mulaw.ts";
import { limits } from "../limits.ts";
import { Arrivals } from "./arrivals.ts";
import type { Playout } from "./playout.ts";
import type { Recording } from "./recording.ts";
import type { Uplink } from "./uplink.ts";
import { BARGE_IN, BARGE_NOTHING, type BargeIn } from "./vad/barge-in.ts";
import {
  type CallTrace,
  TRACE_ASSISTANT_HEARD,
  TRACE_BARGE_IN,
  TRACE_ENDED,
  TRACE_NOTICED,
  TRACE_STARTED,
} from "./vad/trace.ts";
import { VAD_NOTHING, VAD_SPEECH_STARTED, type Vad } from "./vad/vad.ts";
import {
  VERDICT_BARGE_IN,
  VERDICT_NOTICED,
  VERDICT_SPEECH_ENDED,
  VERDICT_SPEECH_STARTED,
  VERDICT_THRESHOLD,
  type VerdictRing,
} from "./verdicts.ts";

// Base64 of one frame: 160 bytes are 216 characters of which two are padding; 161 and 162 bytes are 216 as well.
const FRAME_CHARS = 216;
const PADDING_AT = 214;
const PADDING = 61; // "="

// The caller's room answers a little longer than the echo is late.
const echoLastsMs = 100;

/** Whether the payload fits into one frame's buffer; `write` would silently cut what does not. */
const fitsFrame = (payload: string): boolean =>
  payload.length < FRAME_CHARS || (payload.length === FRAME_CHARS && payload.charCodeAt(PADDING_AT) === PADDING);

/** Everything the hot function touches; made once per call. */
export interface InboundState {
  /** `frame` and `buffer` are the same 160 bytes. */
  readonly frame: Uint8Array;
  readonly buffer: Buffer;
  readonly vad: Vad;
  readonly bargeIn: BargeIn;
  readonly trace: CallTrace;
  /** Null when this call is not recorded. */
  recording: Recording | null;
  readonly playout: Playout;
  readonly uplink: Uplink;
  readonly verdicts: VerdictRing;
  readonly arrivals: Arrivals;
  /** Stream time at which the next frame is due; -1 before the first. */
  expectedMs: number;
  /** Clock time of the newest frame. */
  lastFrameMs: number;
  /** Until then the assistant's echo may still come in: the engine gets silence. */
  echoUntilMs: number;
  traceFlags: number;
  framesSeen: number;
}

/** The parts of `InboundState` that a call brings; the rest starts at zero. */
export type InboundParts = Pick<
  InboundState,
  "vad" | "bargeIn" | "trace" | "recording" | "playout" | "uplink" | "verdicts"
>;

export function createInbound(parts: InboundParts): InboundState {
  const buffer = Buffer.alloc(MULAW_FRAME_BYTES);
  const frame = new Uint8Array(buffer.buffer, buffer.byteOffset, MULAW_FRAME_BYTES);
  return {
    ...{ ...parts, buffer, frame, arrivals: new Arrivals() },
    ...{ expectedMs: -1, lastFrameMs: 0, echoUntilMs: 0, traceFlags: 0, framesSeen: 0 },
  };
}

/**
 * One media message of the line: base64 mu-law and its stream time in ms. Hot, 50 times a second per call: numbers
 * only, runs to completion, changes of state are posted to the ring and handled by the caller in the same tick.
 */
export function onMediaFrame(call: InboundState, payload: string, timestampMs: number, nowMs: number): void {
  call.lastFrameMs = nowMs;
  const at = call.arrivals.timeOf(timestampMs, call.expectedMs, nowMs);
  call.arrivals.note(at, nowMs);
  if (call.expectedMs >= 0 && at - call.expectedMs >= 20) fillGap(call, at - call.expectedMs, nowMs);
  call.playout.pump(nowMs);
  const bytes = fitsFrame(payload) ? hearFrame(call, payload, at, nowMs) : hearLong(call, payload, at, nowMs);
  call.uplink.push(payload, bytes, nowMs < call.echoUntilMs);
  call.expectedMs = Math.max(call.expectedMs, at + bytes / MULAW_BYTES_PER_MS);
}

function hearFrame(call: InboundState, payload: string, atMs: number, nowMs: number): number {
  const bytes = call.buffer.write(payload, "base64");
  hear(call, bytes, atMs, nowMs);
  return bytes;
}

/** More than one frame: decoded apart (the frame's buffer would cut it short) and cut into frames. */
function hearLong(call: InboundState, payload: string, atMs: number, nowMs: number): number {
  const bytes = Buffer.from(payload, "base64");
  for (let from = 0; from < bytes.length; from += MULAW_FRAME_BYTES) {
    const length = Math.min(MULAW_FRAME_BYTES, bytes.length - from);
    bytes.copy(call.frame, 0, from, from + length);
    hear(call, length, atMs + from / MULAW_BYTES_PER_MS, nowMs);
  }
  return bytes.length;
}

/** Decoded bytes in `call.frame` go through detector, policy, trace and recording. */
function hear(call: InboundState, bytes: number, atMs: number, nowMs: number): void {
  const far = call.playout.farFrame(call.arrivals.undelayed(atMs));
  decide(call, call.vad.push(call.frame, bytes, far), atMs, nowMs);
  if (call.recording) call.recording.caller(call.frame, bytes, atMs);
  holdBackEcho(call, nowMs);
}

/** A frame of 20 ms that never came: silence for the log and the recording, nothing to learn from for the detector. */
function miss(call: InboundState, atMs: number, nowMs: number): void {
  const far = call.playout.farFrame(call.arrivals.undelayed(atMs));
  decide(call, call.vad.miss(far), atMs, nowMs);
  if (call.recording) call.recording.caller(call.frame, MULAW_FRAME_BYTES, atMs);
}

function decide(call: InboundState, verdict: number, atMs: number, nowMs: number): void {
  const { vad } = call;
  call.framesSeen++;
  const heardForMs = call.playout.heardForMs(nowMs);
  const barge = call.bargeIn.push(vad, heardForMs);
  let flags = call.traceFlags | (heardForMs > 0 ? TRACE_ASSISTANT_HEARD : 0);
  if (verdict !== VAD_NOTHING) flags |= postSpeech(call, verdict);
  if (barge !== BARGE_NOTHING) flags |= postBarge(call, barge);
  if (vad.thresholdMoved) call.verdicts.post(VERDICT_THRESHOLD);
  call.trace.push(vad, flags, atMs);
  call.traceFlags = 0;
}

/** The engine hears silence while the assistant is audible, and a little longer for its echo, until the caller speaks. */
function holdBackEcho(call: InboundState, nowMs: number): void {
  if (call.playout.audible(nowMs, 0)) {
    call.echoUntilMs = nowMs + echoTailMs(call);
  } else if (nowMs < call.echoUntilMs && call.vad.speaking) {
    openUplink(call);
  }
}

/** How long after its end the assistant's speech comes back. No longer than what is kept for `openUplink`. */
function echoTailMs({ vad, playout }: InboundState): number {
  // The ledger's end lies a round trip after the sending, and so does the echo's beginning.
  const lateMs = vad.echoDelayMs - playout.roundTripMs + echoLastsMs;
  return Math.min(limits.uplinkRingMs, Math.max(limits.echoTailMs, lateMs));
}

/** Lets the caller through to the engine from now on, beginning with what was held back. */
export function openUplink(call: InboundState): void {
  call.echoUntilMs = 0;
  call.uplink.replay();
}

function postSpeech(call: InboundState, verdict: number): number {
  const started = verdict === VAD_SPEECH_STARTED;
  call.verdicts.post(started ? VERDICT_SPEECH_STARTED : VERDICT_SPEECH_ENDED);
  return started ? TRACE_STARTED : TRACE_ENDED;
}

function postBarge(call: InboundState, barge: number): number {
  call.verdicts.post(barge === BARGE_IN ? VERDICT_BARGE_IN : VERDICT_NOTICED);
  return barge === BARGE_IN ? TRACE_BARGE_IN : TRACE_NOTICED;
}

/** Lost frames become silence, so that the engine's time and ours stay the same and a turn can end. */
function fillGap(call: InboundState, gapMs: number, nowMs: number): void {
  const padMs = Math.min(gapMs, limits.inboundGapMs);
  call.frame.fill(MULAW_SILENCE);
  for (let left = padMs; left >= 20; left -= 20) miss(call, call.expectedMs + padMs - left, nowMs);
  call.uplink.pad(padMs);
}
