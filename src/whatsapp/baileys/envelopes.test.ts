import { expect, test } from "bun:test";
import { createVirtualClock } from "../../sim/clock.ts";
import { Envelopes } from "./envelopes.ts";

test.each([
  ["a person", { from: "123456@lid" }, "msg", 70_000],
  ["a group", { from: "120363001@g.us", participant: "123456@lid" }, "msg", 0],
  ["a status", { from: "status@broadcast", participant: "123456@lid" }, "msg", 0],
  ["our handset, to a group", { from: "97235550100@s.whatsapp.net", recipient: "120363001@g.us" }, "msg", 0],
  ["WhatsApp's own bot", { from: "123456@lid" }, "msmsg", 0],
  ["nobody", {}, "msg", 0],
])(
  "a business in groups reconnected every minute: what is ignored by rule is waited for by nobody (%s)",
  (_who, attrs, type, oldestMs) => {
    const clock = createVirtualClock(Temporal.Instant.from("2026-11-24T08:15:00Z"));
    const envelopes = new Envelopes(clock);
    const enc = { tag: "enc", attrs: { v: "2", type }, content: new Uint8Array([1, 2, 3]) };
    envelopes.arrived({ tag: "message", attrs: { id: "3A01", ...attrs }, content: [enc] } as never);
    clock.advance(70_000);
    expect(envelopes.oldestMs).toBe(oldestMs);
  },
);
