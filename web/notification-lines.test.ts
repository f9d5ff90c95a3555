import { expect, test } from "bun:test";
import { pageOf } from "./notification-lines.ts";

test.each([
  ["hand_over", "customer:7:2026-11-24", "/inbox?with=7"],
  ["hand_over", "call:7", "/calls/7"],
  ["meeting_booked", "meeting:7", "/calendar?meeting=7"],
  ["task_created", "task:7", "/tasks"],
  ["something_new", "thing:7", "/notifications"],
])("a line about %s, %s, leads to %s", (kind, subject, page) => {
  expect(pageOf({ kind, title: "", subject })).toBe(page);
});
