import type { Scenario } from "./scenario.ts";

/** The assistant hears itself: its sound returns 18 dB weaker after 260 ms and must stop nothing; a real word must. */
export const echo: Scenario = {
  name: "echo",
  title: "The assistant's own echo in the caller's leg, then a real interruption",
  faults: { echo: { returnLossDb: 18, delayMs: 260 } },
  steps: [
    { do: "listen" },
    { do: "say", text: "כמה עולה תספורת?" },
    { do: "whileSpeaking", afterMs: 4_000 },
    { do: "say", text: "רגע, תגידי לי איפה אתם נמצאים?" },
    { do: "listen" },
    { do: "hangUp" },
  ],
  patienceMs: 45_000,
};
