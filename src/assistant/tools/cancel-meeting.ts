import { z } from "zod";
import { cancelMeeting } from "../../calendar/cancel.ts";
import { spokenSlot } from "../appointments.ts";
import { isUnreadable } from "../script.ts";
import { sentences } from "../sentences.he.ts";
import { meetingInput } from "./appointment-input.ts";
import { type Desk, defineTool } from "./tool.ts";
import { whichMeeting } from "./which-meeting.ts";

/** Lines that may still carry the wish to cancel. */
const linesConsidered = 4;

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
    if (!mayCancel(desk, meeting.id)) {
      desk.memory.askedToCancel = meeting.id;
      return { result: { ask: sentences.askCancel(spoken), reason: "not_confirmed_by_customer" } };
    }
    const { customerId } = desk;
    const cancelled = await cancelMeeting(desk.ctx, { meetingId: meeting.id, customerId, now: desk.now.toInstant() });
    if (cancelled === null) return { result: { error: "no_open_meeting" } };
    desk.memory.changedCalendar = true;
    return { result: { ok: true, cancelled: spokenSlot(desk, local), say: sentences.cancelled(spoken) } };
  },
});

/** The customer's own words ask for it and were not taken back, or the customer was asked and did not say no. */
function mayCancel(desk: Desk, meetingId: string): boolean {
  const lines = desk.hearing.lines.slice(-linesConsidered);
  const newest = lines.at(-1)?.understood.kind;
  const wished = lines.some(({ understood }) => understood.kind === "cancel");
  const asked = desk.memory.askedToCancel === meetingId;
  const may =
    newest !== "reject" &&
    newest !== "undecided" &&
    (wished || (asked && (newest === "confirm" || lines.length === 0 || isUnreadable(lines.at(-1)?.text ?? ""))));
  desk.log.info("NLP", may ? "cancel agreed" : "cancel not heard", { newest, wished, asked });
  return may;
}
