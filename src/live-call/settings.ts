import type { BusinessId, CallId, CallSid } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import type { CallTools } from "./tools.ts";

/** What the provider told us about a call when it asked what to do with it. */
export interface IncomingCall {
  callSid: CallSid;
  /** E.164, or "" when the caller hides the number. */
  from: string;
  /** The called number; null for a test call from the browser. */
  to: Phone | null;
  forwardedFrom?: string;
}

/** What one call needs of its business. Fixed for the call: a change in the panel is in force for the next one. */
export interface CallSettings {
  callId: CallId;
  businessId: BusinessId;
  businessName: string;
  assistantName: string;
  /** Placeholders already filled. Null: the assistant waits for the caller to speak first. */
  greeting: string | null;
  /** Said instead of a greeting that names the caller when that one is not rendered 300 ms after the stream's start. */
  genericGreeting?: string;
  instructions: string;
  /** BCP 47 primary tags in order of likelihood; the first one chooses the language of fixed phrases. */
  languages: string[];
  keywords: string[];
  voice: string;
  tools: CallTools;
  /** Whether both sides are kept as a recording; also needs the installation's consent (`recordCalls`). */
  record: boolean;
  maxCallMs: number;
}
