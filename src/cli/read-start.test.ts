import { expect, test } from "bun:test";
import { readStart } from "./read-start.ts";

const zone = "Asia/Jerusalem";
const now = Temporal.Instant.from("2026-11-21T08:00:00Z");

const right: [text: string, instant: string][] = [
  ["2026-12-31T10:00", "2026-12-31T08:00:00Z"],
  ["2027-07-01 10:00", "2027-07-01T07:00:00Z"],
  ["2026-12-31T10:00Z", "2026-12-31T10:00:00Z"],
  ["2027-10-31T01:30+02:00", "2027-10-30T23:30:00Z"],
];
for (const [text, instant] of right)
  test(`${text} is ${instant}`, () => expect(readStart(text)(zone, now).toString()).toBe(instant));

const refused: [what: string, text: string, says: string][] = [
  ["a time that is past", "2026-11-21T09:59", "is past"],
  ["an hour that the clock skips", "2027-03-26T02:30", "the clock skips or repeats that hour in Asia/Jerusalem"],
  ["an hour that the clock shows twice", "2027-10-31T01:30", "the clock skips or repeats that hour in Asia/Jerusalem"],
];
for (const [what, text, says] of refused)
  test(`${what} is refused`, () => expect(() => readStart(text)(zone, now)).toThrow(says));
