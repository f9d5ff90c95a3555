import type { Scenario } from "./scenario.ts";

/** A number that belongs to no business: a polite recorded ending. */
export const unknownNumber: Scenario = {
  name: "unknown-number",
  title: "A number that nobody owns is called",
  to: "+97239999999",
  steps: [],
  patienceMs: 20_000,
};
