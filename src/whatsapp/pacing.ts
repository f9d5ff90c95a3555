import type { Random } from "../base/random.ts";
import type { MessagePurpose } from "../db/schema/message.ts";

/** Messages per minute and hour. */
export interface Pace {
  perMinute: number;
  perHour: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/**
 * How fast a person's number may write (K20): never more than the business's pace, and of messages that we begin (nobody
 * waits for them) a tenth of it while the number is new to us. Times in ms of one clock.
 */
export class Pacer {
  #sentMs: number[] = [];
  #begunMs: number[] = [];

  /** @param sentMs when messages of the last hour went out. */
  constructor(sentMs: readonly number[] = []) {
    this.#sentMs = [...sentMs];
  }

  sent(nowMs: number, purpose: MessagePurpose): void {
    this.#sentMs.push(nowMs);
    if (isBegun(purpose)) this.#begunMs.push(nowMs);
  }

  /** How long the next message of this purpose has to wait, 0 = it may go. */
  waitMs(nowMs: number, purpose: MessagePurpose, pace: Pace, isYoung: boolean): number {
    this.#sentMs = recent(this.#sentMs, nowMs);
    this.#begunMs = recent(this.#begunMs, nowMs);
    const inAll = waitFor(this.#sentMs, nowMs, pace);
    return isYoung && isBegun(purpose) ? Math.max(inAll, waitFor(this.#begunMs, nowMs, tenthOf(pace))) : inAll;
  }
}

const recent = (timesMs: number[], nowMs: number): number[] => timesMs.filter((at) => at > nowMs - hourMs);

function waitFor(timesMs: readonly number[], nowMs: number, { perMinute, perHour }: Pace): number {
  const until = (count: number, spanMs: number): number => {
    const oldest = timesMs.at(-count);
    return oldest === undefined ? 0 : Math.max(0, oldest + spanMs - nowMs);
  };
  return Math.max(until(perMinute, minuteMs), until(perHour, hourMs));
}

const tenthOf = ({ perMinute, perHour }: Pace): Pace => ({
  perMinute: Math.max(1, Math.floor(perMinute / 10)),
  perHour: Math.max(1, Math.floor(perHour / 10)),
});

/** Nobody wrote just now and waits for it. */
export const isBegun = (purpose: MessagePurpose): boolean => purpose === "reminder" || purpose === "confirmation";

/** How long "typing…" shows before what the assistant writes: 1-4 s at random; what staff wrote was typed already. */
export const typingMs = (purpose: MessagePurpose, random: Random): number =>
  purpose === "staff" ? 0 : Math.round(1_000 + 3_000 * random());
