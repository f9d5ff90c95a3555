import type { Scenario } from "./scenario.ts";

/** Digits by the keypad, with their tones on the line: they are input, not speech. */
export const keypad: Scenario = {
  name: "keypad",
  title: "The caller types a number on the keypad while the assistant speaks",
  steps: [
    { do: "listen" },
    { do: "say", text: "כמה עולה תספורת?" },
    { do: "whileSpeaking", afterMs: 1_500 },
    { do: "press", digits: "12#" },
    { do: "wait", ms: 6_000 },
    { do: "listen" },
    { do: "hangUp" },
  ],
  patienceMs: 45_000,
};
