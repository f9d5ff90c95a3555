import { expect, test } from "bun:test";
import { icsFeed } from "./ics.ts";

const event = {
  id: "0190",
  startsAt: Temporal.Instant.from("2026-11-25T14:30:00.5Z"),
  endsAt: Temporal.Instant.from("2026-11-25T15:00:00Z"),
  updatedAt: Temporal.Instant.from("2026-11-24T08:00:00Z"),
  sequence: 2,
  cancelled: false,
  summary: "תספורת, דנה; שורה\nשנייה",
};

test("times are UTC, marks are escaped, nothing can add a line of its own", () => {
  const feed = icsFeed("יומן", [event, { ...event, cancelled: true, summary: "x\r\nEND:VCALENDAR\u0000" }]);
  expect(feed).toContain("DTSTART:20261125T143000Z\r\nDTEND:20261125T150000Z\r\nSEQUENCE:2\r\nSTATUS:CONFIRMED");
  expect(feed).toContain("SUMMARY:תספורת\\, דנה\\; שורה\\nשנייה");
  expect(feed).toContain("STATUS:CANCELLED\r\nSUMMARY:x\\nEND:VCALENDAR\r\n");
  expect(feed.match(/^END:VCALENDAR\r$/gm)?.length).toBe(1);
});

test("lines are folded at 75 octets, never inside a character", () => {
  const summary = "פגישה עם לקוח חשוב מאוד ".repeat(12);
  const feed = icsFeed("יומן", [{ ...event, summary }]);
  for (const line of feed.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  expect(feed.replaceAll("\r\n ", "")).toContain(`SUMMARY:${summary}`);
});
