import type { Access } from "../api/env.ts";
import { keyOf } from "../auth/tokens.ts";
import type { RequestRate } from "../base/request-rate.ts";
import { limits } from "../limits.ts";

/** What a request shows before anybody has looked whether it is good. */
export interface Shown {
  /** A session's token or an API key; null for a request with neither. */
  credential: string | null;
  /** True when only this installation can have made it: it is a login's, though the login may be over. */
  isOurs: () => boolean;
  /** Whom it counts against as long as nobody vouches for it. */
  address: string | null;
}

/**
 * Counts every request before the database is asked who it is (K12), so that a flood of strangers costs look-ups in memory
 * and nothing else. A credential that was good counts for whom it stood for; any other one for its address, until it has
 * proved good. So nobody who is logged in pays for a stranger behind the same address.
 */
export class Callers {
  readonly #rate: RequestRate;
  /** Whom a credential stood for when it was last read, by the credential's hash. Only good ones get in. */
  readonly #known = new Map<string, string>();

  constructor(rate: RequestRate) {
    this.#rate = rate;
  }

  /**
   * Returns what is to be called with the outcome once the credential has been read.
   * @throws AppError "rate_limited" when whoever it counts for has asked too often.
   */
  count({ credential, isOurs, address }: Shown): (access: Access | null) => void {
    const key = credential === null ? null : keyOf(credential);
    const counted = this.#whoIs(key, isOurs, address);
    this.#rate.count(counted);
    return (access) => {
      if (key === null) return;
      if (access === null) return void this.#known.delete(key);
      const who = `${access.userId ?? key} ${access.businessId}`;
      if (who === counted) return;
      this.#rate.takeBack(counted);
      if (this.#known.size >= limits.callersKnown) this.#known.delete(this.#known.keys().next().value!);
      this.#known.set(key, who);
      this.#rate.count(who);
    };
  }

  #whoIs(key: string | null, isOurs: () => boolean, address: string | null): string {
    const stranger = `stranger ${address}`;
    if (key === null) return stranger;
    return this.#known.get(key) ?? (isOurs() ? `login ${key}` : stranger);
  }
}
