import type { Pending, PendingAction } from "../calendar/pending-slot.ts";
import { sayChoice, saySlot } from "./say.he.ts";
import { sentences } from "./sentences.he.ts";

/** The sentence with which an action of the pending slot's table asks on. */
export function pendingQuestion(action: PendingAction, pending: Pending, today: Temporal.PlainDate): string {
  const spoken = pending.kind === "offered" ? pending.slots.map((slot) => saySlot(slot.local, today)) : [];
  switch (action) {
    case "ask_day":
      return sentences.askDay;
    case "ask_day_and_hour":
      return sentences.askDayAndHour;
    case "ask_which":
      return sentences.askWhich(sayChoice(spoken));
    case "ask_confirm":
      return sentences.askConfirm(sayChoice(spoken));
    case "ask_meaning":
      return sentences.askAgain;
    case "ask_hour":
    case "offer_day":
      return sentences.askHour;
    case "none":
    case "book":
    case "check":
    case "offer_others":
      return sentences.askDayAndHour;
  }
}
