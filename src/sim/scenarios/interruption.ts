import type { Scenario } from "./scenario.ts";

/** The caller cuts a long answer short; the assistant falls silent, listens, and answers the new question. */
export const interruption: Scenario = {
  name: "interruption",
  title: "The caller interrupts a long answer with another question",
  steps: [
    { do: "listen" },
    { do: "say", text: "כמה עולה תספורת?" },
    { do: "whileSpeaking", afterMs: 1_500 },
    { do: "say", text: "רגע רגע, תגידי לי רק איפה אתם נמצאים?" },
    { do: "listen" },
    { do: "hangUp" },
  ],
  patienceMs: 45_000,
};
