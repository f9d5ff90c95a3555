import { expect, test } from "bun:test";
import { retryAfterSeconds } from "./retry-after.ts";

const now = Temporal.Instant.from("2026-11-24T08:15:00Z");
const rows: [header: string | null, seconds: number | null][] = [
  ["0", 0],
  ["120", 120],
  [" 7 ", 7],
  ["86400", 3_600],
  ["9".repeat(400), 3_600],
  ["Tue, 24 Nov 2026 08:15:30 GMT", 30],
  ["Tue, 24 Nov 2026 08:00:00 GMT", 0],
  ["Wed, 24 Nov 2027 08:15:00 GMT", 3_600],
  [null, null],
  ["", null],
  ["-1", null],
  ["1.5", null],
  ["soon", null],
  ["2026", 2_026],
  ["Tue, whenever GMT", null],
];
test.each(rows)("Retry-After %p = %p seconds", (header, seconds) => {
  expect(retryAfterSeconds(header, now)).toBe(seconds);
});
