import { expect, test } from "bun:test";
import { instantAt, localAt } from "./wall-clock.ts";

const zone = "Asia/Jerusalem";

test.each([
  ["2026-01-05T10:00", "2026-01-05T08:00:00.000Z"],
  ["2026-07-05T10:00", "2026-07-05T07:00:00.000Z"],
  ["2026-03-27T01:59", "2026-03-26T23:59:00.000Z"],
  ["2026-03-27T03:30", "2026-03-27T00:30:00.000Z"],
  ["2026-10-25T03:00", "2026-10-25T01:00:00.000Z"],
])("%s in Jerusalem is %s, and back", (local, instant) => {
  expect(instantAt(local, zone)).toBe(instant);
  expect(localAt(instant, zone)).toBe(local);
});
