import type { CallSid } from "../base/ids.ts";

/** Port to the provider's hold on a live phone call. A call that is already over is a success, not an error. */
export interface PhoneControl {
  /** Sends the caller to the recording flow (prompt, record, thanks, hang up). @throws AppError "upstream" when it could not. */
  redirectToFallback(callSid: CallSid, reason: string): Promise<void>;
  /** @throws AppError "upstream" when it could not. */
  hangUp(callSid: CallSid): Promise<void>;
}

/** What the provider does next with a call whose stream is over. */
export type NextStep =
  | { kind: "hangup" }
  | { kind: "fallback" }
  | { kind: "dial"; to: string; label: string }
  | { kind: "reconnect" };
