import type { Scenario } from "./scenario.ts";

/** The network takes the instructions but never opens the media socket: the watchdog has to send the caller elsewhere. */
export const streamNeverStarts: Scenario = {
  name: "stream-never-starts",
  title: "The media stream never starts, the watchdog redirects to the recording",
  faults: { neverStart: true },
  steps: [
    { do: "listen", quietMs: 1_500, maxMs: 40_000 },
    { do: "say", text: "שלום, אשמח שתחזרו אליי." },
    { do: "wait", ms: 20_000 },
  ],
  patienceMs: 60_000,
};
