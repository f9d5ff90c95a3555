import { type Pending, type PendingStep, stepPending } from "../calendar/pending-slot.ts";
import { anchorOf } from "./answer-anchor.ts";
import { presentPending, readPending, setPending, settleOffered } from "./appointments.ts";
import { frame } from "./frame.he.ts";
import { pendingInput } from "./pending-input.ts";
import { pendingQuestion } from "./pending-question.ts";
import { isForeign } from "./script.ts";
import type { Desk } from "./tools/tool.ts";

export type HeardCustomer =
  /** The rules settle it: this is the answer, no model is asked. */
  | { kind: "reply"; text: string }
  /**
   * The model answers; `note` tells it what was understood. `said` was settled already and stands before its words;
   * `instead` goes out when the model cannot put it into the customer's language.
   */
  | { kind: "model"; note: string | null; said?: string; instead?: string };

// "כן, אפשר, תודה רבה!" is a yes and nothing else; what is longer or asks something has more in it than a yes.
const bareYesChars = 25;

/**
 * What a written line means for the pending slot, before any model sees it (A6). "כן, אפשר" after an offer books here:
 * a model that forgets to call its tool cannot swallow a yes.
 */
export async function hearCustomer(desk: Desk, text: string, appointment: string | null): Promise<HeardCustomer> {
  const pending = await readPending(desk);
  desk.hearing.context = appointment === null ? {} : { appointment };
  presentPending(desk, pending);
  const { understood } = desk.hearing.customer(text);
  if (pending.kind === "empty") return { kind: "model", note: null };
  const slots = pending.kind === "offered" ? pending.slots.map((slot) => slot.local) : [];
  const anchor = slots.length === 0 ? "offer" : anchorOf(desk.hearing.lastAssistantLine, slots, desk.now);
  const step = stepPending(pending, pendingInput(understood, pending, anchor));
  const stale = pending.kind === "stale" ? pending.why : undefined;
  desk.log.info("NLP", "pending slot", { step: step.why, understood: understood.kind, stale });
  const heard = await carryOut(desk, step, pending, text);
  return heard.kind === "reply" && isForeign(text)
    ? { kind: "model", note: frame.tell(heard.text), instead: heard.text }
    : heard;
}

async function carryOut(desk: Desk, step: PendingStep, before: Pending, text: string): Promise<HeardCustomer> {
  if (step.action === "book" && step.slot) {
    const { kind, say } = await settleOffered(desk, step.slot, step.why, null);
    const bare = text.length <= bareYesChars && !text.includes("?");
    return bare || kind === "taken"
      ? { kind: "reply", text: say }
      : { kind: "model", note: frame.alreadySaid(say), said: say };
  }
  // An offer that stands is not made anew: the line just heard is an answer to it.
  if (step.pending !== before) await setPending(desk, step.pending);
  switch (step.action) {
    case "ask_hour":
    case "ask_day":
    case "ask_day_and_hour":
    case "ask_which":
    case "ask_confirm":
      return { kind: "reply", text: pendingQuestion(step.action, step.pending, desk.now.toPlainDate()) };
    case "check":
      return { kind: "model", note: step.wanted ? frame.wanted(step.wanted.date, step.wanted.time) : null };
    case "offer_day":
      return { kind: "model", note: step.pending.kind === "day" ? frame.wantedDay(step.pending.date) : null };
    case "offer_others":
      return { kind: "model", note: frame.wantsOthers };
    case "book":
    case "ask_meaning":
    case "none":
      return { kind: "model", note: null };
  }
}
