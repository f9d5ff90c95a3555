import type { Scenario } from "./scenario.ts";

/** A cough, a breath, a click and "אהה" into a long answer: it goes on, and the call still listens afterwards. */
export const noises: Scenario = {
  name: "noises",
  title: "Cough, breath, click and a short 'aha' do not stop the assistant",
  steps: [
    { do: "listen" },
    { do: "say", text: "כמה עולה תספורת?" },
    { do: "whileSpeaking", afterMs: 1_000 },
    { do: "noise", noise: "cough" },
    { do: "wait", ms: 1_200 },
    { do: "noise", noise: "breath" },
    { do: "wait", ms: 800 },
    { do: "noise", noise: "click" },
    { do: "wait", ms: 800 },
    { do: "backchannel" },
    { do: "listen" },
    { do: "say", text: "תודה, זה הכל, להתראות." },
    { do: "listen", maxMs: 8_000 },
    { do: "hangUp" },
  ],
  patienceMs: 60_000,
};
