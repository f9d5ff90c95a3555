import type { Clock } from "../base/clock.ts";
import type { BusinessId, CallSid } from "../base/ids.ts";
import { limits } from "../limits.ts";

const hourMs = 60 * 60_000;

export type OverQuota = "caller_at_once" | "caller_per_hour" | "business_per_second";

/**
 * How many calls the assistant takes (K12). Beyond it a caller still leaves a message: the phone is answered, always.
 * Callers who hide their number cannot be told apart, so only the business's own bound holds for them.
 */
export class CallQuota {
  readonly #clock: Clock;
  readonly #isLive: (callSid: CallSid) => boolean;
  /** Calls of the last hour by business and caller, oldest caller first. */
  readonly #callers = new Map<string, { callSid: CallSid; atMs: number }[]>();
  readonly #seconds = new Map<BusinessId, { fromMs: number; calls: number }>();

  constructor(clock: Clock, isLive: (callSid: CallSid) => boolean) {
    this.#clock = clock;
    this.#isLive = isLive;
  }

  /** Null: the assistant takes the call, and it counts. @param from "" when the number is hidden. */
  admit(businessId: BusinessId, from: string, callSid: CallSid): OverQuota | null {
    const nowMs = this.#clock.nowMs();
    if (!this.#inThisSecond(businessId, nowMs)) return "business_per_second";
    if (from === "") return null;
    const key = `${businessId} ${from}`;
    const calls = (this.#callers.get(key) ?? []).filter(({ atMs }) => nowMs - atMs < hourMs);
    this.#remember(key, calls);
    if (calls.length >= limits.callsPerCallerPerHourMax) return "caller_per_hour";
    if (calls.filter((call) => this.#isLive(call.callSid)).length >= limits.callsPerCallerMax) return "caller_at_once";
    calls.push({ callSid, atMs: nowMs });
    return null;
  }

  #inThisSecond(businessId: BusinessId, nowMs: number): boolean {
    let second = this.#seconds.get(businessId);
    if (second === undefined || nowMs - second.fromMs >= 1_000) {
      second = { fromMs: nowMs, calls: 0 };
      this.#seconds.set(businessId, second);
    }
    return ++second.calls <= limits.webhooksPerSecondMax;
  }

  #remember(key: string, calls: { callSid: CallSid; atMs: number }[]): void {
    this.#callers.delete(key);
    this.#callers.set(key, calls);
    const [oldest] = this.#callers.keys();
    if (this.#callers.size > limits.callersRemembered && oldest !== undefined) this.#callers.delete(oldest);
  }
}
