import { createHash, createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import type { BusinessId, CallSid } from "../base/ids.ts";
import { limits } from "../limits.ts";

/** What a good token stands for. */
export interface StreamGrant {
  callSid: CallSid;
  /** Null while the directory is still loading the called number. */
  businessId: BusinessId | null;
  /** 0 = the call's first stream; counts up when the assistant comes back after a transfer that nobody answered. */
  leg: number;
}

export type Redemption =
  | { ok: true; grant: StreamGrant }
  | { ok: false; why: "unknown_token" | "used_token" | "expired_token" | "other_call" };

interface Entry extends StreamGrant {
  expiresAtMs: number;
  used: boolean;
}

/**
 * One-time tokens that let a media socket speak for a call (K2): 128 bits, derived from a random key of this process so
 * that a repeated webhook gets the very same TwiML, and remembered only as a hash.
 */
export class StreamTokens {
  readonly #key = randomBytes(32);
  readonly #clock: Clock;
  /** By hash, oldest first. */
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tokens that can still be used: so many media sockets are expected. */
  get open(): number {
    const nowMs = this.#clock.nowMs();
    let count = 0;
    for (const { used, expiresAtMs } of this.#entries.values()) if (!used && nowMs < expiresAtMs) count++;
    return count;
  }

  /** A new token for one stream of a call. Call once per leg; `again` repeats it. */
  issue(grant: StreamGrant): string {
    this.#forgetOld();
    const token = this.#derive(grant.callSid, grant.leg);
    this.#entries.set(hashOf(token), {
      ...grant,
      expiresAtMs: this.#clock.nowMs() + limits.streamTokenMs,
      used: false,
    });
    return token;
  }

  /** The token issued before, as long as it can still be used: neither its life nor its uses grow. */
  again(callSid: CallSid, leg: number): string | null {
    const token = this.#derive(callSid, leg);
    const entry = this.#entries.get(hashOf(token));
    return entry && !entry.used && this.#clock.nowMs() < entry.expiresAtMs ? token : null;
  }

  /** Uses a token up. A token shown for another call stays good for its own. */
  redeem(token: string, callSid: string): Redemption {
    const entry = this.#entries.get(hashOf(token));
    if (!entry) return { ok: false, why: "unknown_token" };
    if (entry.callSid !== callSid) return { ok: false, why: "other_call" };
    if (entry.used) return { ok: false, why: "used_token" };
    if (this.#clock.nowMs() >= entry.expiresAtMs) return { ok: false, why: "expired_token" };
    entry.used = true;
    return { ok: true, grant: { callSid: entry.callSid, businessId: entry.businessId, leg: entry.leg } };
  }

  #derive(callSid: CallSid, leg: number): string {
    return createHmac("sha256", this.#key).update(`${callSid} ${leg}`).digest().subarray(0, 16).toString("base64url");
  }

  /** Entries live twice as long as their tokens, so that a late socket is told "expired", then go. */
  #forgetOld(): void {
    const goneBeforeMs = this.#clock.nowMs() - limits.streamTokenMs;
    for (const [hash, entry] of this.#entries) {
      if (entry.expiresAtMs > goneBeforeMs && this.#entries.size < limits.streamTokensMax) return;
      this.#entries.delete(hash);
    }
  }
}

const hashOf = (token: string): string => createHash("sha256").update(token).digest("base64url");
