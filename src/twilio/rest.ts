import { AppError } from "../base/errors.ts";
import type { CallSid } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { limits } from "../limits.ts";
import type { PhoneControl } from "../live-call/phone-control.ts";
import { type Answer, codeOf, exchange, isSuccess, type TwilioAccess } from "./exchange.ts";

export interface TwilioRestDeps extends TwilioAccess {
  /** TwiML of the recording flow; sent inline, so that it works even when Twilio cannot reach us. */
  fallbackTwiml(callSid: CallSid): string;
}

/** The few requests we make to Twilio. Each is tried twice; what is gone already counts as done. */
export interface TwilioRest extends PhoneControl {
  /**
   * Calls somebody; inline TwiML, so that nothing has to be asked back. Tried once: two calls are worse than none.
   * @throws AppError "upstream" when Twilio does not take it, "unavailable" without an account.
   */
  placeCall(call: { from: Phone; to: Phone; twiml: string }): Promise<void>;
  /** WAV bytes. @throws AppError "not_found" while (or after) the file is not there, "too_large", "upstream". */
  fetchRecording(recordingSid: string): Promise<Uint8Array>;
  /** @throws AppError "upstream" when Twilio still has it. */
  deleteRecording(recordingSid: string): Promise<void>;
  /** Takes the call out of Twilio's log, with both numbers. What is gone already counts. @throws as `deleteRecording`. */
  deleteCall(callSid: CallSid): Promise<void>;
  /** Takes a message with its files out of Twilio. What is gone already counts. @throws as `deleteRecording`. */
  deleteMessage(messageSid: string): Promise<void>;
}

const triesMax = 2;
const answerBytesMax = 64 * 1024;
const ringSeconds = 30;
// 20404: no such call (any more). 21220: the call is not in progress.
const callIsOver = new Set([20_404, 21_220]);

export function createTwilioRest(deps: TwilioRestDeps): TwilioRest {
  const control = async (callSid: CallSid, form: Record<string, string>): Promise<void> => {
    const timeoutMs = limits.providerRequestMs / triesMax;
    const path = `Calls/${callSid}.json`;
    const answer = await exchange(deps, { method: "POST", path, form, timeoutMs, bytesMax: answerBytesMax });
    if (isSuccess(answer.status) || callIsOver.has(codeOf(answer))) return;
    throw refused("call update", answer, { callSid });
  };
  const recording = (recordingSid: string, suffix: string): string => {
    if (!/^RE[0-9a-f]{32}$/i.test(recordingSid)) throw new AppError("invalid", "malformed recording id");
    return `Recordings/${recordingSid}${suffix}`;
  };
  const timeoutMs = limits.providerRequestMs;
  return {
    async redirectToFallback(callSid, reason) {
      await control(callSid, { Twiml: deps.fallbackTwiml(callSid) });
      deps.log.debug("CALL", "sent to the recording flow", { call: callSid, reason });
    },
    hangUp: (callSid) => control(callSid, { Status: "completed" }),
    async placeCall({ from, to, twiml }) {
      const form = { From: from, To: to, Twiml: twiml, Timeout: String(ringSeconds) };
      const wanted = {
        method: "POST",
        path: "Calls.json",
        form,
        timeoutMs,
        bytesMax: answerBytesMax,
        tries: 1,
      } as const;
      const answer = await exchange(deps, wanted);
      if (!isSuccess(answer.status)) throw refused("call", answer, {});
    },
    async fetchRecording(recordingSid) {
      // The address is made here and never taken from a webhook: what a stranger sends cannot choose a destination.
      const path = recording(recordingSid, ".wav");
      const answer = await exchange(deps, { method: "GET", path, timeoutMs, bytesMax: limits.recordingBytesMax });
      if (isSuccess(answer.status)) return answer.body;
      if (answer.status === 404) throw new AppError("not_found", "the recording is not there", context(recordingSid));
      throw refused("recording fetch", answer, { recordingSid });
    },
    async deleteRecording(recordingSid) {
      const path = recording(recordingSid, ".json");
      const answer = await exchange(deps, { method: "DELETE", path, timeoutMs, bytesMax: answerBytesMax });
      if (!isSuccess(answer.status) && answer.status !== 404)
        throw refused("recording delete", answer, { recordingSid });
    },
    async deleteCall(callSid) {
      const path = `Calls/${callSid}.json`;
      const answer = await exchange(deps, { method: "DELETE", path, timeoutMs, bytesMax: answerBytesMax });
      if (!isSuccess(answer.status) && answer.status !== 404) throw refused("call delete", answer, { callSid });
    },
    async deleteMessage(messageSid) {
      if (!/^[SM]M[0-9a-f]{32}$/i.test(messageSid)) throw new AppError("invalid", "malformed message id");
      const path = `Messages/${messageSid}.json`;
      const answer = await exchange(deps, { method: "DELETE", path, timeoutMs, bytesMax: answerBytesMax });
      if (!isSuccess(answer.status) && answer.status !== 404) throw refused("message delete", answer, { messageSid });
    },
  };
}

const context = (recordingSid: string) => ({ context: { recordingSid } });

const refused = (what: string, answer: Answer, ids: Record<string, string>): AppError =>
  new AppError("upstream", `Twilio refused: ${what}`, {
    context: { ...ids, status: answer.status, code: codeOf(answer) },
  });
