import { expect, test } from "bun:test";
import { isBegun, isProactive, Pacer, typingMs } from "./pacing.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const nowMs = 10 * hourMs;
const pace = { perMinute: 20, perHour: 100 };

/** So many messages, one each `everyMs`, the last one just now. */
const sent = (count: number, everyMs: number, begun = false) =>
  Array.from({ length: count }, (_, index) => ({ atMs: nowMs - (count - 1 - index) * everyMs, begun }));

const wait = (history: ReturnType<typeof sent>, begun: boolean, isYoung: boolean, of = pace) =>
  new Pacer(history).wait(nowMs, begun, of, isYoung);

test("a number waits until its oldest message is a minute, or an hour, old", () => {
  expect(wait(sent(19, 1_000), false, false)).toEqual({ ofAllMs: 0, ofBegunMs: 0 });
  expect(wait(sent(20, 1_000), false, false)).toEqual({ ofAllMs: minuteMs - 19_000, ofBegunMs: 0 });
  expect(wait(sent(21, 1_000), false, false)).toEqual({ ofAllMs: minuteMs - 19_000, ofBegunMs: 0 });
  expect(wait(sent(20, 4_000), false, false).ofAllMs).toBe(0); // the first is more than a minute old
  expect(wait(sent(100, 10_000), true, false)).toEqual({ ofAllMs: hourMs - 990_000, ofBegunMs: 0 });
  expect(wait(sent(100, 37_000), false, false).ofAllMs).toBe(0);
});

test("of what a new number begins a tenth may go; answers and an old number do not wait for it", () => {
  const begun = sent(2, 5_000, true);
  expect(wait(begun, true, true)).toEqual({ ofAllMs: 0, ofBegunMs: minuteMs - 5_000 });
  expect([wait(begun, false, true), wait(begun, true, false)]).toEqual([
    { ofAllMs: 0, ofBegunMs: 0 },
    { ofAllMs: 0, ofBegunMs: 0 },
  ]);
  expect(wait([...sent(9, 5_000), ...sent(1, 0, true)], true, true).ofBegunMs).toBe(0);
  expect(wait(sent(10, 120_000, true), true, true).ofBegunMs).toBe(hourMs - 9 * 120_000);
});

test("the slowest pace still lets one go in its time, and what is said to be sent counts", () => {
  const slow = { perMinute: 1, perHour: 5 };
  const pacer = new Pacer();
  expect(pacer.wait(nowMs, true, slow, true)).toEqual({ ofAllMs: 0, ofBegunMs: 0 });
  pacer.sent(nowMs, true);
  expect(pacer.wait(nowMs + 1_000, true, slow, true)).toEqual({ ofAllMs: 59_000, ofBegunMs: hourMs - 1_000 });
  expect(pacer.wait(nowMs + hourMs, true, slow, true)).toEqual({ ofAllMs: 0, ofBegunMs: 0 });
});

test("nobody waits for what the assistant begins, and for what staff writes after a day of silence", () => {
  const now = Temporal.Instant.from("2026-11-24T08:15:00Z");
  const purposes = ["reply", "staff", "reminder", "confirmation", "notice"] as const;
  expect(purposes.filter(isBegun)).toEqual(["reminder", "confirmation"]);
  const proactive = (lastInboundAt: Temporal.Instant | null) =>
    purposes.filter((purpose) => isProactive({ purpose, lastInboundAt }, now));
  const day = now.subtract({ hours: 24 });
  expect(proactive(day.add({ milliseconds: 1 }))).toEqual(["reminder", "confirmation"]);
  expect(proactive(day)).toEqual(["staff", "reminder", "confirmation"]);
  expect(proactive(null)).toEqual(["staff", "reminder", "confirmation"]);
});

test("typing shows one to four seconds before what the assistant writes, and not before what staff typed", () => {
  expect([0, 0.5, 1].map((value) => typingMs("reply", () => value))).toEqual([1_000, 2_500, 4_000]);
  expect([typingMs("reminder", () => 0), typingMs("staff", () => 0.5)]).toEqual([1_000, 0]);
});
