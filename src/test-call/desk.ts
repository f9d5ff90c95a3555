import { randomBytes } from "node:crypto";
import { AppError } from "../base/errors.ts";
import { type BusinessId, type CallId, type CallSid, newId, type StreamSid } from "../base/ids.ts";
import type { CallLog } from "../calls/log.ts";
import { limits } from "../limits.ts";
import type { CallJournal } from "../live-call/journal.ts";
import type { CallSettings } from "../live-call/settings.ts";
import type { Switchboard } from "../live-call/switchboard.ts";
import type { StreamTokens } from "../twilio/stream-token.ts";
import type { BrowserPhones } from "./browser-phones.ts";

export interface TestCallDeps {
  switchboard: Pick<Switchboard, "answer" | "find" | "next">;
  phones: BrowserPhones;
  callLog: Pick<CallLog, "begin"> & Pick<CallJournal, "ended">;
  tokens: StreamTokens;
  settingsFor(ids: { callId: CallId; businessId: BusinessId }): Promise<CallSettings>;
  /** Whether the business has used up what its owner allows for a day. */
  isSpent(businessId: BusinessId): boolean;
  instant(): Temporal.Instant;
}

// A call whose browser never came is let go of after this long; for the others nobody can say.
const retryAfterSeconds = limits.streamStartMs / 1_000;

/** What a browser needs to open its media socket, in the words of Twilio's `start` message. */
export interface TestCall {
  callId: CallId;
  callSid: CallSid;
  streamSid: StreamSid;
  token: string;
}

/**
 * Calls from the panel's microphone (V22): the same calls as the telephone's, on the same switchboard, with the browser
 * in the provider's place.
 */
export class TestCallDesk {
  readonly #deps: TestCallDeps;
  /** Calls that the switchboard does not know yet. */
  readonly #beginning = new Set<CallSid>();

  constructor(deps: TestCallDeps) {
    this.#deps = deps;
  }

  /**
   * Writes the call down and makes it; the browser then has `limits.streamStartMs` to open its socket.
   * @throws AppError "rate_limited" when the business has enough of them or its budget is spent, "unavailable" when no call
   * can be taken.
   */
  async begin(businessId: BusinessId, tester: { userId: string; name: string }): Promise<TestCall> {
    const { switchboard, phones, callLog, tokens, settingsFor } = this.#deps;
    if (this.#deps.isSpent(businessId))
      throw new AppError("rate_limited", "the day's budget is used up", { public: "budget_spent" });
    for (const callSid of phones.ofBusiness(businessId))
      if (!switchboard.find(callSid) && !this.#beginning.has(callSid)) phones.leave(callSid); // its browser never came
    if (phones.ofBusiness(businessId).length >= limits.testCallsPerBusinessMax)
      throw new AppError("rate_limited", "too many test calls at once", { retryAfterSeconds });
    const callId = newId<CallId>();
    const callSid = `CA${randomBytes(16).toString("hex")}` as CallSid;
    const startedAt = this.#deps.instant();
    phones.enter(callSid, businessId);
    this.#beginning.add(callSid);
    try {
      await callLog.begin({ callId, callSid, businessId, from: "", to: null, tester, forwardedFrom: null, startedAt });
      const settings = await settingsFor({ callId, businessId });
      if (switchboard.answer({ callSid, from: "", to: null }, settings) === null)
        throw new AppError("unavailable", "no call can be taken now");
    } catch (error) {
      phones.leave(callSid);
      // Its row is there, and nobody else will close it.
      callLog.ended(callSid, { reason: "bug", durationMs: 0, streamAtMs: null, recording: null, trace: null });
      throw error;
    } finally {
      this.#beginning.delete(callSid);
    }
    const streamSid = `MZ${randomBytes(16).toString("hex")}` as StreamSid;
    return { callId, callSid, streamSid, token: tokens.issue({ callSid, businessId, leg: 0 }) };
  }

  /** The browser's socket is gone: there is no provider who would ask what comes next. */
  over(callSid: CallSid): void {
    const { switchboard, phones } = this.#deps;
    const call = switchboard.find(callSid);
    // A page that is gone has hung up, and its call is over; what comes next is asked where we closed its line.
    if (call?.glance?.phase !== "stopped") switchboard.next(callSid);
    call?.onProviderEnded();
    phones.leave(callSid);
  }
}
