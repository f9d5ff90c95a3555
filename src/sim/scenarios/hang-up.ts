import type { Scenario } from "./scenario.ts";

/** The line goes dead in the middle of an answer. */
export const hangUp: Scenario = {
  name: "hang-up",
  title: "The caller hangs up in the middle of the assistant's sentence",
  steps: [
    { do: "listen" },
    { do: "say", text: "כמה עולה תספורת?" },
    { do: "whileSpeaking", afterMs: 1_000 },
    { do: "hangUp" },
  ],
  patienceMs: 30_000,
};
