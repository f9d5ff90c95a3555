import type { BusinessId, CallId, CallSid } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import type { CallStatus } from "../db/schema/call.ts";

/** What stays of a call. Promises resolve when the change is durable and may take as long as the database does. */
export interface CallLog {
  /** Writes the call's row, once per CallSid. "over": a row is there already and its call has ended. */
  begin(call: BegunCall): Promise<"begun" | "over">;
  /**
   * The assistant never took the call: for us it ends as it begins, and somebody is to call back. Its length comes with the
   * provider's last report, if one comes. Before or after `begin`; once per call.
   */
  leftToRecording(callSid: CallSid, why: LeftToRecording): void;
  /** Keeps the furthest status: late and repeated reports change nothing. */
  status(report: StatusReport): Promise<void>;
  /** A recorded message can be fetched from the provider: once per RecordingSid. */
  recording(report: RecordingReport): Promise<void>;
}

export interface BegunCall {
  callId: CallId;
  callSid: CallSid;
  businessId: BusinessId;
  /** E.164, or "" when the caller hides the number. */
  from: string;
  /** Null for a test call from the browser. */
  to: Phone | null;
  /** Who makes a test call from the browser: the same customer every time. */
  tester?: { userId: string; name: string };
  forwardedFrom: string | null;
  /** By our clock. */
  startedAt: Temporal.Instant;
}

/** Why the webhook answered with the recording; the words of an event in the call log. */
export type LeftToRecording =
  | "caller_at_once"
  | "caller_per_hour"
  | "business_per_second"
  | "full_or_draining"
  | "fault";

export interface StatusReport {
  businessId: BusinessId;
  callSid: CallSid;
  status: CallStatus;
  /** As the provider bills it; null unless the call has ended. */
  durationSeconds: number | null;
}

export interface RecordingReport {
  businessId: BusinessId;
  callSid: CallSid;
  recordingSid: string;
  durationSeconds: number | null;
  /** Absent where the report does not name them. */
  caller?: { from: string; to: Phone };
}
