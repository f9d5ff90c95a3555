import type { BusinessId, CallSid } from "../base/ids.ts";
import type { PhoneControl } from "../live-call/phone-control.ts";

/**
 * The provider's hold on live calls, for those whose line is a browser: hanging up closes the socket. All other calls
 * are the telephone's.
 */
export class BrowserPhones implements PhoneControl {
  readonly #telephone: PhoneControl;
  /** `close` is null until the browser has opened its socket. */
  readonly #calls = new Map<CallSid, { businessId: BusinessId; close: (() => void) | null }>();

  constructor(telephone: PhoneControl) {
    this.#telephone = telephone;
  }

  enter(callSid: CallSid, businessId: BusinessId): void {
    this.#calls.set(callSid, { businessId, close: null });
  }

  has(callSid: CallSid): boolean {
    return this.#calls.has(callSid);
  }

  /** Calls of one business. */
  ofBusiness(businessId: BusinessId): CallSid[] {
    return [...this.#calls].filter(([, call]) => call.businessId === businessId).map(([callSid]) => callSid);
  }

  /** The browser's socket speaks for the call now. */
  opened(callSid: CallSid, close: () => void): void {
    const call = this.#calls.get(callSid);
    if (call) call.close = close;
  }

  leave(callSid: CallSid): void {
    this.#calls.delete(callSid);
  }

  // A browser has nobody to leave a message for: the call ends, and its log says why.
  async redirectToFallback(callSid: CallSid, reason: string): Promise<void> {
    const call = this.#calls.get(callSid);
    return call ? call.close?.() : this.#telephone.redirectToFallback(callSid, reason);
  }

  async hangUp(callSid: CallSid): Promise<void> {
    const call = this.#calls.get(callSid);
    return call ? call.close?.() : this.#telephone.hangUp(callSid);
  }
}
