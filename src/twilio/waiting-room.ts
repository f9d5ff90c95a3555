import type { Clock, Timer } from "../base/clock.ts";
import { limits } from "../limits.ts";

/** A socket that has not yet said which call it is for. */
export interface Stranger {
  /** Null when the peer is our own proxy and did not say for whom. */
  readonly address: string | null;
  /** Shows the stranger the door; `leave` follows from the socket's close. */
  dismiss(reason: string): void;
}

/**
 * Bounds what sockets without a valid `start` can cost (K2): each has `limits.startFrameMs`, all together and each
 * address have a number of seats, and a newcomer takes the seat of whoever has waited longest. On top come the sockets
 * that are expected: a hundred calls that begin in the same moment must not push each other out.
 */
export class WaitingRoom {
  readonly #clock: Clock;
  readonly #expected: () => number;
  /** Oldest first. */
  readonly #seats = new Map<Stranger, Timer>();

  /** @param expected how many calls were told to open a socket and have not yet been heard of. */
  constructor(clock: Clock, expected: () => number) {
    this.#clock = clock;
    this.#expected = expected;
  }

  get size(): number {
    return this.#seats.size;
  }

  enter(stranger: Stranger): void {
    if (this.#isFull(this.#seats.size, limits.anonymousSocketsMax)) this.#dismissOldest(() => true);
    const { address } = stranger;
    if (address !== null) {
      const sameAddress = (other: Stranger) => other.address === address;
      const seated = [...this.#seats.keys()].filter(sameAddress).length;
      if (this.#isFull(seated, limits.anonymousSocketsPerAddressMax)) this.#dismissOldest(sameAddress);
    }
    const timer = this.#clock.after(limits.startFrameMs, () => this.#dismiss(stranger, "no start"));
    this.#seats.set(stranger, timer);
  }

  /** The stranger is known now, or gone. */
  leave(stranger: Stranger): void {
    this.#seats.get(stranger)?.cancel();
    this.#seats.delete(stranger);
  }

  #isFull(seated: number, seats: number): boolean {
    return seated >= seats && seated >= seats + this.#expected();
  }

  #dismissOldest(matches: (stranger: Stranger) => boolean): void {
    const oldest = this.#seats.keys().find(matches);
    if (oldest !== undefined) this.#dismiss(oldest, "too many sockets");
  }

  #dismiss(stranger: Stranger, reason: string): void {
    this.leave(stranger);
    stranger.dismiss(reason);
  }
}
