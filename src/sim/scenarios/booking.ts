import type { Scenario } from "./scenario.ts";

/** The call of the demonstration: greeting, a question, an interruption, a tool, goodbye, hang-up. */
export const booking: Scenario = {
  name: "booking",
  title: "A customer asks for prices, interrupts the answer, takes an appointment and says goodbye",
  from: "+972541234567",
  noiseDbov: -55,
  steps: [
    { do: "listen" },
    { do: "say", text: "שלום, רציתי לשאול כמה עולה אצלכם תספורת נשים?" },
    { do: "whileSpeaking", afterMs: 2_500 },
    { do: "say", text: "סליחה רגע, אפשר לקבוע תור לתספורת ביום ראשון אחר הצהריים?" },
    { do: "listen", quietMs: 1_200 },
    { do: "say", text: "כן, ארבע וחצי מתאים לי, תרשמי אותי על שם דנה כהן." },
    { do: "listen", quietMs: 1_200 },
    { do: "say", text: "לא, זה הכל, תודה רבה ולהתראות." },
    { do: "listen", quietMs: 1_500, maxMs: 12_000 },
    { do: "hangUp" },
  ],
  patienceMs: 120_000,
};
