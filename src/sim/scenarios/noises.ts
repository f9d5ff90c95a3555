import type { Scenario } from "./scenario.ts";

/**
 * A cough, a breath, a click and "אהה" into a long answer, over a noisy line that returns the assistant's own voice: it goes on.
 * A real interruption at its end stops it, and the call still listens afterwards.
 */
export const noises: Scenario = {
  name: "noises",
  title:
    "Cough, breath, click and a short 'aha' do not end the assistant's answer, over noise and her own echo; a question does",
  noiseDbov: -52,
  faults: { echo: { returnLossDb: 24, delayMs: 260 } },
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
    { do: "wait", ms: 1_500 },
    { do: "say", text: "רגע רגע, תגידי לי רק איפה אתם נמצאים?" },
    { do: "listen" },
    { do: "say", text: "תודה, זה הכל, להתראות." },
    { do: "listen", maxMs: 8_000 },
    { do: "hangUp" },
  ],
  patienceMs: 60_000,
};
