import type { Scenario } from "./scenario.ts";

/** The caller's sound stops arriving in mid-call while the socket stays open. */
export const mediaStops: Scenario = {
  name: "media-stops",
  title: "No frames arrive any more, the watchdog redirects to the recording",
  faults: { stall: { atMs: 6_000, forMs: 600_000 } },
  steps: [
    { do: "listen" },
    { do: "wait", ms: 12_000 },
    { do: "listen", quietMs: 1_500, maxMs: 30_000 },
    { do: "say", text: "הלו? אפשר שתחזרו אליי?" },
    { do: "wait", ms: 20_000 },
  ],
  patienceMs: 60_000,
};
