import type { CallSid } from "../base/ids.ts";
import type { CallRegister, Instruction, PhoneCall } from "./call-register.ts";
import type { StreamTokens } from "./stream-token.ts";
import {
  connectTwiml,
  dialTwiml,
  fallbackTwiml,
  hangUpTwiml,
  type TwimlPlace,
  thanksTwiml,
  unknownNumberTwiml,
} from "./twiml.ts";

export interface InstructionsDeps {
  publicBaseUrl(): string;
  register: CallRegister;
  tokens: StreamTokens;
}

/** Turns decisions into TwiML. */
export interface Instructions {
  /** `call` is undefined for a call we know nothing of: it gets the shipped texts and never a stream. */
  render(instruction: Instruction, call: PhoneCall | undefined): string;
  /** The recording flow for a live call that has to be redirected; a call to nobody's number is told so instead. */
  fallback(callSid: CallSid): string;
}

export function createInstructions(deps: InstructionsDeps): Instructions {
  const render = (instruction: Instruction, call: PhoneCall | undefined): string => {
    const place: TwimlPlace = { publicBaseUrl: deps.publicBaseUrl(), businessId: call?.businessId ?? null };
    switch (instruction.kind) {
      case "connect": {
        // A replay after the stream began, or a minute later, finds no token and gets none.
        const token = call === undefined ? null : deps.tokens.again(call.callSid, instruction.leg);
        return token === null ? fallbackTwiml(place) : connectTwiml(place, { token, leg: instruction.leg });
      }
      case "dial":
        return dialTwiml(place, instruction);
      case "fallback":
        return call?.numberIsUnknown ? unknownNumberTwiml(place) : fallbackTwiml(place);
      case "unknown_number":
        return unknownNumberTwiml(place);
      case "thanks":
        return thanksTwiml(place);
      case "hangup":
        return hangUpTwiml();
    }
  };
  return { render, fallback: (callSid) => render({ kind: "fallback" }, deps.register.find(callSid)) };
}
