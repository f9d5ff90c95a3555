import { expect, test } from "bun:test";
import { bars, type Outcome, runConformance } from "./conformance.ts";

const share = (outcomes: readonly Outcome[]): number =>
  outcomes.filter(({ agrees }) => agrees).length / outcomes.length;

test("Duckling's Hebrew corpus by Israeli use", () => {
  const outcomes = runConformance();
  const active = outcomes.filter((outcome) => outcome.active);
  const disabled = outcomes.filter((outcome) => !outcome.active);
  expect([active.length, disabled.length]).toEqual([94, 23]);
  expect(share(active)).toBeGreaterThanOrEqual(bars.active);
  expect(share(disabled)).toBeGreaterThanOrEqual(bars.disabled);
});
