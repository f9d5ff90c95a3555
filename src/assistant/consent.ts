import { checkClaim, type HeardLine } from "./offer-check.ts";
import { saySlot } from "./say.he.ts";
import { isUnreadable } from "./script.ts";
import { sentences } from "./sentences.he.ts";

export type Consent =
  | { kind: "given"; why: string }
  /** `differs`: the words say another time, and the question is about that one. */
  | { kind: "ask"; question: string; differs: boolean; why: string };

export interface ConsentInput {
  /** The slot about to be booked, local wall time. */
  local: string;
  /** It stands as an offer (held for this conversation). */
  offered: boolean;
  /** All customer lines, newest last, and those since the offer. */
  lines: readonly HeardLine[];
  linesSinceOffer: readonly HeardLine[];
  /** The model heard the caller itself, and there may be no transcript of it (a phone call). */
  deaf: boolean;
  today: Temporal.PlainDate;
}

/**
 * Whether the customer's own words agree to this very slot. Words that say another time always win over the model's
 * claim. Without any words (a call whose transcript is missing) only an offered slot may be taken.
 */
export function consentTo(input: ConsentInput): Consent {
  const { local, lines, linesSinceOffer, today } = input;
  const confirm = sentences.askConfirm(saySlot(local, today));
  const newest = lines.at(-1)?.understood;
  if (newest?.kind === "reject" || newest?.kind === "undecided" || newest?.kind === "cancel")
    return { kind: "ask", question: confirm, differs: false, why: `newest line is ${newest.kind}` };
  const verdict = checkClaim({ date: local.slice(0, 10), time: local.slice(11, 16) }, lines, today);
  if (verdict.kind === "differs") return { kind: "ask", question: verdict.question, differs: true, why: verdict.why };
  // "יש לכם מחר בארבע וחצי?" names the hour and wants an answer, not a meeting.
  const isAsked = !input.offered && lines.at(-1)?.text.trimEnd().endsWith("?") === true;
  if (verdict.kind === "agrees" && verdict.exact && !isAsked) return { kind: "given", why: verdict.why };
  if (input.offered && linesSinceOffer.some(({ understood }) => understood.kind === "confirm"))
    return { kind: "given", why: "said yes to the offer" };
  if (input.offered && input.deaf && linesSinceOffer.length === 0)
    return { kind: "given", why: "offered; no transcript" };
  if (input.offered && isUnreadable(linesSinceOffer.at(-1)?.text ?? ""))
    return { kind: "given", why: "offered; answered in another script, the model read it" };
  return { kind: "ask", question: confirm, differs: false, why: verdict.why };
}
