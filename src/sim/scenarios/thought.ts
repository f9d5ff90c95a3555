import type { Scenario } from "./scenario.ts";

/** A pause in the middle of a sentence is no end of turn. */
export const thought: Scenario = {
  name: "thought",
  title: "The caller pauses for thought in the middle of a sentence, on a noisy street",
  noiseDbov: -46,
  steps: [
    { do: "listen" },
    { do: "say", text: "שלום, אני רוצה לקבוע תור", finished: false },
    { do: "wait", ms: 1_100 },
    { do: "say", text: "ליום ראשון אחר הצהריים בבקשה." },
    { do: "listen" },
    { do: "hangUp" },
  ],
  patienceMs: 45_000,
};
