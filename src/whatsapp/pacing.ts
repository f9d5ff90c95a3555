import type { Random } from "../base/random.ts";
import type { MessagePurpose } from "../db/schema/message.ts";

/** Messages per minute and hour. */
export interface Pace {
  perMinute: number;
  perHour: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** When a message went out, and whether nobody waited for it. */
export interface Sent {
  atMs: number;
  begun: boolean;
}

/** How long the next message has to wait, ms, 0 = it may go: for the pace of all, and for that of what a new number begins. */
export interface PaceWait {
  ofAllMs: number;
  ofBegunMs: number;
}

/**
 * How fast a person's number may write (K20): never more than the business's pace, and of messages that we begin (nobody
 * waits for them) a tenth of it while the number is new to us. Times in ms of one clock.
 */
export class Pacer {
  #sent: Sent[];

  /** @param sent what went out in the last hour, oldest first. */
  constructor(sent: readonly Sent[] = []) {
    this.#sent = [...sent];
  }

  sent(atMs: number, begun: boolean): void {
    this.#sent.push({ atMs, begun });
  }

  wait(nowMs: number, begun: boolean, pace: Pace, isYoung: boolean): PaceWait {
    this.#sent = this.#sent.filter(({ atMs }) => atMs > nowMs - hourMs);
    const begunOnes = this.#sent.filter((one) => one.begun);
    return {
      ofAllMs: waitFor(this.#sent, nowMs, pace),
      ofBegunMs: isYoung && begun ? waitFor(begunOnes, nowMs, tenthOf(pace)) : 0,
    };
  }
}

function waitFor(sent: readonly Sent[], nowMs: number, { perMinute, perHour }: Pace): number {
  const until = (count: number, spanMs: number): number => {
    const oldest = sent.at(-count);
    return oldest === undefined ? 0 : Math.max(0, oldest.atMs + spanMs - nowMs);
  };
  return Math.max(until(perMinute, minuteMs), until(perHour, hourMs));
}

const tenthOf = ({ perMinute, perHour }: Pace): Pace => ({
  perMinute: Math.max(1, Math.floor(perMinute / 10)),
  perHour: Math.max(1, Math.floor(perHour / 10)),
});

/** The assistant writes of its own accord: not a word of it while WhatsApp restricts the number. */
export const isBegun = (purpose: MessagePurpose): boolean => purpose === "reminder" || purpose === "confirmation";

/** Nobody waits for it: what the assistant begins, and whatever staff writes to a customer who has been silent for a day. */
export const isProactive = (
  { purpose, lastInboundAt }: { purpose: MessagePurpose; lastInboundAt: Temporal.Instant | null },
  now: Temporal.Instant,
): boolean => isBegun(purpose) || (purpose === "staff" && (lastInboundAt === null || isDayOld(lastInboundAt, now)));

const isDayOld = (at: Temporal.Instant, now: Temporal.Instant): boolean => now.since(at).total("hours") >= 24;

/** How long "typing…" shows before what the assistant writes: 1-4 s at random; what staff wrote was typed already. */
export const typingMs = (purpose: MessagePurpose, random: Random): number =>
  purpose === "staff" ? 0 : Math.round(1_000 + 3_000 * random());
