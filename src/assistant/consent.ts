import { anchorOf } from "./answer-anchor.ts";
import { checkClaim, type HeardLine, namesHour } from "./offer-check.ts";
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
  /** Of the business, in its zone. */
  now: Temporal.ZonedDateTime;
}

/**
 * Whether the customer's own words agree to this very slot. Words that say another time always win over the model's
 * claim, and a yes counts for what it answers. Without any words (a call whose transcript is missing) only an offered
 * slot may be taken.
 */
export function consentTo(input: ConsentInput): Consent {
  const { local, now } = input;
  const today = now.toPlainDate();
  const lines = input.lines.map((line) => withoutAside(line, now));
  const linesSinceOffer = input.linesSinceOffer.map((line) => withoutAside(line, now));
  const confirm = sentences.askConfirm(saySlot(local, today));
  const newest = lines.at(-1)?.understood;
  if (newest?.kind === "reject" || newest?.kind === "undecided" || newest?.kind === "cancel")
    return { kind: "ask", question: confirm, differs: false, why: `newest line is ${newest.kind}` };
  const verdict = checkClaim({ date: local.slice(0, 10), time: local.slice(11, 16) }, lines, today);
  if (verdict.kind === "differs") return { kind: "ask", question: verdict.question, differs: true, why: verdict.why };
  // "יש לכם מחר בארבע וחצי?" names the hour and wants an answer, not a meeting.
  const isAsked = lines.findLast(namesHour)?.text.trimEnd().endsWith("?") === true;
  if (verdict.kind === "agrees" && verdict.exact && !isAsked) return { kind: "given", why: verdict.why };
  if (input.offered && linesSinceOffer.some(({ understood }) => understood.kind === "confirm"))
    return { kind: "given", why: "said yes to the offer" };
  if (input.offered && input.deaf && linesSinceOffer.length === 0)
    return { kind: "given", why: "offered; no transcript" };
  if (input.offered && isUnreadable(linesSinceOffer.at(-1)?.text ?? ""))
    return { kind: "given", why: "offered; answered in another script, the model read it" };
  return { kind: "ask", question: confirm, differs: false, why: verdict.why };
}

/** "כן" to "היית אצלנו פעם?" and "ארבע וחצי" to "בן כמה הילד?" say nothing of the slot, though it stands on offer. */
function withoutAside(line: HeardLine, now: Temporal.ZonedDateTime): HeardLine {
  const { understood, after } = line;
  if ((understood.kind !== "confirm" && understood.kind !== "choose") || understood.slot === undefined) return line;
  if (anchorOf(after, [understood.slot], now) !== "aside") return line;
  return { ...line, understood: { kind: "none", evidence: understood.evidence } };
}
