import type { BusinessId, CallId, CallSid } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import type { Line } from "../live-call/line.ts";
import type { NextStep } from "../live-call/phone-control.ts";
import type { CallSettings, IncomingCall } from "../live-call/settings.ts";

/** The part of a live call that its media socket and its webhooks drive. No method throws or blocks. */
export interface LiveCall {
  attach(line: Line): void;
  /** HOT: base64 mu-law of at most 20 ms; ms of audio since the stream began. */
  onMedia(payload: string, timestampMs: number): void;
  onMark(name: string): void;
  onKeypad(digit: string): void;
  onLineClosed(reason: "stop" | "closed" | "error"): void;
  onProviderEnded(): void;
}

/** All live calls of this process. */
export interface CallDesk {
  /** Null when full or draining. A repeated CallSid returns the call that is there. */
  answer(incoming: IncomingCall, settings: CallSettings | Promise<CallSettings>): LiveCall | null;
  find(callSid: CallSid): LiveCall | undefined;
  next(callSid: CallSid): NextStep;
}

/** Which business a called number belongs to. */
export interface NumberDirectory {
  /**
   * At once from memory: the business, or null for a number that is nobody's. A promise only while memory is cold;
   * it takes as long as the database does and does not reject.
   */
  find(to: Phone): BusinessId | null | Promise<BusinessId | null>;
}

/** What stays of a call. Promises resolve when the change is durable and may take as long as the database does. */
export interface CallLog {
  /** Writes the call's row, once per CallSid. "over": a row is there already and its call has ended. */
  begin(call: BegunCall): Promise<"begun" | "over">;
  /** Keeps the furthest status: late and repeated reports change nothing. */
  status(report: StatusReport): Promise<void>;
  /** A message was recorded and can be fetched from Twilio, now or in a few seconds: counts once per RecordingSid. */
  recording(report: RecordingReport): Promise<void>;
}

export interface BegunCall {
  callId: CallId;
  callSid: CallSid;
  businessId: BusinessId;
  /** E.164, or "" when the caller hides the number. */
  from: string;
  to: Phone;
  forwardedFrom: string | null;
  /** Our clock: the provider's times are never trusted for ordering or retention. */
  startedAt: Temporal.Instant;
}

/** Twilio's CallStatus, in the order in which a call can go through them; the last five end it. */
export const callStatuses = [
  "queued",
  "ringing",
  "in-progress",
  "completed",
  "busy",
  "failed",
  "no-answer",
  "canceled",
] as const;
export type CallStatus = (typeof callStatuses)[number];

export interface StatusReport {
  businessId: BusinessId;
  callSid: CallSid;
  status: CallStatus;
  /** As Twilio bills it; null unless the call has ended. */
  durationSeconds: number | null;
}

export interface RecordingReport {
  businessId: BusinessId;
  callSid: CallSid;
  recordingSid: string;
  durationSeconds: number | null;
}
