import type { Scenario } from "./scenario.ts";

/** The caller wants a person; nobody picks up there. */
export const transfer: Scenario = {
  name: "transfer",
  title: "The caller asks for a person who does not answer",
  dialled: { status: "no-answer", seconds: 3 },
  steps: [
    { do: "listen" },
    { do: "say", text: "אפשר לדבר עם נציג בבקשה?" },
    { do: "listen", quietMs: 2_000 },
    { do: "wait", ms: 5_000 },
    { do: "hangUp" },
  ],
  patienceMs: 45_000,
};
