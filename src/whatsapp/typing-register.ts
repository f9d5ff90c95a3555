import type { Clock } from "../base/clock.ts";
import type { BusinessId } from "../base/ids.ts";
import { limits } from "../limits.ts";
import type { Address } from "./provider.ts";

// More people than type at once to all businesses of one machine.
const typistsMax = 5_000;

/** Who is typing now, as far as the network tells; forgotten after `limits.waTypingMs` without news. */
export class TypingRegister {
  readonly #clock: Clock;
  readonly #untilMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  note(businessId: BusinessId, from: Address, on: boolean): void {
    const key = keyOf(businessId, from);
    this.#untilMs.delete(key);
    if (!on) return;
    if (this.#untilMs.size >= typistsMax) this.#untilMs.clear();
    this.#untilMs.set(key, this.#clock.nowMs() + limits.waTypingMs);
  }

  isTyping(businessId: BusinessId, from: Address): boolean {
    const untilMs = this.#untilMs.get(keyOf(businessId, from));
    return untilMs !== undefined && untilMs > this.#clock.nowMs();
  }
}

const keyOf = (businessId: BusinessId, { kind, value }: Address): string => `${businessId}:${kind}:${value}`;
