import type { BusinessId, CallId, CallSid } from "../base/ids.ts";
import type { Phase } from "./phase.ts";

/** A live call at one moment. */
export interface CallGlance {
  callId: CallId;
  callSid: CallSid;
  businessId: BusinessId;
  /** E.164, or "" when the caller hides the number. */
  from: string;
  startedAt: Temporal.Instant;
  phase: Phase;
  speaking: "caller" | "assistant" | "nobody";
  /** What the detector measures now, as rms in 16-bit units: the caller's last frame, the line's noise, where speech begins. */
  levelRms: number;
  noiseFloorRms: number;
  speechThresholdRms: number;
}
