import type { BusinessId, CallSid } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import type { Line } from "../live-call/line.ts";
import type { NextStep } from "../live-call/phone-control.ts";
import type { CallSettings, IncomingCall } from "../live-call/settings.ts";

/** The part of a live call that its media socket and its webhooks drive. No method throws or blocks. */
export interface LiveCall {
  attach(line: Line): void;
  /** HOT: base64 mu-law, 20 ms of it as a rule; ms of audio since the stream began. */
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

/** Which business a called number belongs to; `tenants/directory.ts` is one. */
export interface NumberDirectory {
  /** At once, from memory. Null: the number is nobody's. "loading": memory is still cold. */
  find(to: Phone): { id: BusinessId } | null | "loading";
  /** Waits while memory is cold, for as long as the database takes. */
  resolve(to: Phone): Promise<{ id: BusinessId } | null>;
  /** Resolves when all that was committed before is in memory, or could not be read. */
  refresh(): Promise<void>;
}
