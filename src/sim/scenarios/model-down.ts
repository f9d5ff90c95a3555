import type { Scenario } from "./scenario.ts";

/** The model refuses every connection: the caller hears the recorded prompt and leaves a message. */
export const modelDown: Scenario = {
  name: "model-down",
  title: "The model cannot be reached, the caller leaves a message",
  breakModel(faults) {
    faults.refuseUpgrade = 503;
  },
  steps: [
    { do: "listen", quietMs: 1_500, maxMs: 40_000 },
    { do: "say", text: "שלום, כאן דנה כהן, אשמח שתחזרו אליי לגבי תור לתספורת." },
    { do: "wait", ms: 20_000 },
  ],
  patienceMs: 90_000,
};
