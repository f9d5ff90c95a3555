import { expect, test } from "bun:test";
import { type BusinessId, type CallId, type CallSid, newId } from "../base/ids.ts";
import { limits } from "../limits.ts";
import type { CallGlance } from "../live-call/glance.ts";
import { ListJournal } from "../live-call/testing/call-bench.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { LiveTelling } from "./live-telling.ts";

const businessId = newId<BusinessId>();
const callId = newId<CallId>();
const callSid = `CA${"1".repeat(32)}` as CallSid;
const glance: CallGlance = {
  callId,
  callSid,
  businessId,
  from: "+972501234567",
  startedAt: Temporal.Instant.from("2026-11-24T08:15:00Z"),
  phase: "streaming",
  speaking: "caller",
  levelRms: 812.4,
  noiseFloorRms: 20.2,
  speechThresholdRms: 61,
};
const turn = { role: "caller" as const, text: "שלום", startMs: 0, endMs: 900, interrupted: false };

function setUp(watched: readonly BusinessId[]) {
  const clock = createVirtualClock(Temporal.Instant.from("2026-11-24T08:15:00Z"));
  const told: { businessId: BusinessId; type: string; id: string; data: unknown }[] = [];
  const journal = new ListJournal();
  const hub = {
    size: watched.length,
    watches: (id: BusinessId) => watched.includes(id),
    moment: (to: BusinessId, type: string, id: string, data: unknown) =>
      void told.push({ businessId: to, type, id, data }),
  };
  const telling = new LiveTelling({ journal, hub, clock });
  telling.watch({ glance: () => [glance] });
  return { clock, told, journal, telling };
}

test("whoever looks sees how loud it is, words and events as they come, and the end", () => {
  const { clock, told, journal, telling } = setUp([businessId]);
  clock.advance(limits.liveLevelMs);
  telling.turn(callSid, turn);
  telling.event(callSid, { atMs: 1, kind: "barge_in", detail: {} });
  telling.ended(callSid, { reason: "caller_hung_up", durationMs: 1, streamAtMs: null, recording: null, trace: null });
  expect(told.map(({ type }) => type)).toEqual(["call-level", "call-turn", "call-event", "call-end"]);
  expect(told[0]).toEqual({
    businessId,
    type: "call-level",
    id: callId,
    data: { level: 812, floor: 20, threshold: 61, speaking: "caller", phase: "streaming" },
  });
  expect([journal.turns.length, journal.events.length, journal.ends.length]).toEqual([1, 1, 1]);
});

test.each([
  ["nobody looks", []],
  ["another business looks", [newId<BusinessId>()]],
])("%s: nothing is told and everything is written down", (_, watched) => {
  const { clock, told, journal, telling } = setUp(watched);
  clock.advance(1_000);
  telling.turn(callSid, turn);
  expect([told.length, journal.turns.length]).toEqual([0, 1]);
});
