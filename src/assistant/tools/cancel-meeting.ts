import { z } from "zod";
import { cancelMeeting } from "../../calendar/cancel.ts";
import { lastChange } from "../../calendar/open-meetings.ts";
import { spokenSlot } from "../appointments.ts";
import type { HeardLine } from "../offer-check.ts";
import { isUnreadable } from "../script.ts";
import { sentences } from "../sentences.he.ts";
import { meetingInput } from "./appointment-input.ts";
import { type Desk, defineTool } from "./tool.ts";
import { type OneMeeting, whichMeeting } from "./which-meeting.ts";

/** Lines that may still carry the wish to cancel. */
const linesConsidered = 4;
/** A chat has a new desk for every turn: what was asked in the one before stands in the assistant's last line. */
const asksToCancel = /(?:לבטל|cancel)(?:[^?.!\n]|\.(?=\d))*\?/i; // one sentence: "אפשר לבטל עד מחר. להשאיר?" asks to keep
/** The model's own way to put the question that the tool gave it. */
const makesSure = /לבטל|בטוח|לוודא|לאשר|cancel|sure/i;

export const cancelMeetingTool = defineTool({
  name: "cancel_meeting",
  description: "Cancels the customer's open meeting, after the customer clearly asked for it.",
  input: z.strictObject({ meeting: meetingInput }),
  listens: true,
  async run(desk, { meeting: index }) {
    const which = await whichMeeting(desk, index);
    if (which.kind === "answer") return which.answer;
    const { meeting, local } = which;
    const { spoken } = spokenSlot(desk, local);
    if (!(await mayCancel(desk, which))) {
      desk.memory.askedToCancel = { meetingId: meeting.id, turn: desk.hearing.turn };
      return { result: { ask: sentences.askCancel(spoken), reason: "not_confirmed_by_customer" } };
    }
    const { customerId } = desk;
    const cancelled = await cancelMeeting(desk.ctx, { meetingId: meeting.id, customerId, now: desk.now.toInstant() });
    if (cancelled === null) return { result: { error: "no_open_meeting" } };
    const say = sentences.cancelled(spoken);
    desk.memory.changes.push({ local, say });
    return { result: { ok: true, cancelled: spokenSlot(desk, local), say } };
  },
});

/**
 * The customer's own words ask for it and were not taken back, or the customer was asked and said yes. One wish cancels
 * one meeting: it is used up by the next change of this customer's calendar, and of several meetings the right one is asked for.
 */
async function mayCancel(desk: Desk, { meeting, local, ofSeveral }: OneMeeting): Promise<boolean> {
  const { hearing, memory, log } = desk;
  const changedAt = await lastChange(desk.ctx, desk.customerId);
  const isUnused = ({ at }: HeardLine): boolean => changedAt === null || Temporal.Instant.compare(at, changedAt) > 0;
  const lines = hearing.lines.slice(-linesConsidered).filter(isUnused);
  const newest = lines.at(-1);
  const kind = newest?.understood.kind;
  const wished = !ofSeveral && lines.some(({ understood }) => understood.kind === "cancel");
  const question = newest?.after ?? hearing.lastAssistantLine;
  const spoken = asksToCancel.test(question) && (!ofSeveral || question.includes(local.slice(11)));
  const isOwed = memory.askedToCancel?.meetingId === meeting.id && memory.askedToCancel.turn < hearing.turn;
  const asked = spoken || (isOwed && (!question.includes("?") || makesSure.test(question)));
  const unheard = hearing.lines.length === 0; // a call without a transcript: only the model has heard the answer
  const agreed = asked && (unheard || kind === "confirm" || kind === "cancel" || isUnreadable(newest?.text ?? ""));
  const may = kind !== "reject" && kind !== "undecided" && (wished || agreed);
  log.info("NLP", may ? "cancel agreed" : "cancel not heard", { newest: kind, wished, asked });
  return may;
}
