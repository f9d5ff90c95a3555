import type { BusinessId, CallId, CallSid } from "../base/ids.ts";
import { newId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { limits } from "../limits.ts";

/** What Twilio is told to do next with a call; `instructions.ts` turns it into TwiML. */
export type Instruction =
  | { kind: "connect"; leg: number }
  | { kind: "dial"; leg: number; to: Phone }
  | { kind: "fallback" }
  | { kind: "unknown_number" }
  | { kind: "thanks" }
  | { kind: "hangup" };

/** What the webhooks remember of one phone call. */
export interface PhoneCall {
  readonly callSid: CallSid;
  readonly callId: CallId;
  /** Null while the directory is loading, and for a number that is nobody's. */
  businessId: BusinessId | null;
  /** The called number turned out to be nobody's: there is no one to record a message for. */
  numberIsUnknown: boolean;
  /** Streams offered so far. */
  legs: number;
  /** First answer to each question, so that a repeated webhook gets the same and changes nothing. */
  readonly answers: Map<string, Promise<Instruction>>;
}

/** The calls of the last hours, bounded: the oldest are forgotten first. */
export class CallRegister {
  readonly #calls = new Map<CallSid, PhoneCall>();

  find(callSid: CallSid): PhoneCall | undefined {
    return this.#calls.get(callSid);
  }

  /** The call that is there, or a new entry. */
  enter(callSid: CallSid): PhoneCall {
    const known = this.#calls.get(callSid);
    if (known) return known;
    const call: PhoneCall = {
      callSid,
      callId: newId<CallId>(),
      businessId: null,
      numberIsUnknown: false,
      legs: 0,
      answers: new Map(),
    };
    this.#calls.set(callSid, call);
    for (const oldest of this.#calls.keys()) {
      if (this.#calls.size <= limits.phoneCallsRemembered) break;
      this.#calls.delete(oldest);
    }
    return call;
  }
}

/** Decides once per question and call; whoever asks again, even while the first is still deciding, gets the same. */
export function decideOnce(call: PhoneCall, question: string, decide: () => Promise<Instruction>) {
  const known = call.answers.get(question);
  if (known) return known;
  const answer = decide();
  call.answers.set(question, answer);
  return answer;
}
