import type { Scenario } from "./scenario.ts";

/** Nobody speaks: the assistant asks, asks again, says goodbye and hangs up by itself. */
export const silentCaller: Scenario = {
  name: "silent-caller",
  title: "The caller says nothing at all",
  steps: [],
  patienceMs: 60_000,
};
