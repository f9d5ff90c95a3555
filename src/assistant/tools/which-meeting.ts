import { localTime } from "../../base/local-time.ts";
import type { Meeting } from "../../calendar/book.ts";
import { openMeetings } from "../../calendar/open-meetings.ts";
import { spokenSlot } from "../appointments.ts";
import { sayChoice } from "../say.he.ts";
import { sentences } from "../sentences.he.ts";
import type { Desk, ToolAnswer } from "./tool.ts";

export interface OneMeeting {
  kind: "one";
  meeting: Meeting;
  /** Its start, local wall time. */
  local: string;
  /** The customer has more open meetings than this. */
  ofSeveral: boolean;
}

export type Which = OneMeeting | { kind: "answer"; answer: ToolAnswer };

/** The customer's open meeting that is meant; without a number there must be only one. Never another customer's. */
export async function whichMeeting(desk: Desk, index: number | undefined): Promise<Which> {
  const open = await openMeetings(desk.ctx, desk.customerId, desk.now.toInstant());
  const locals = open.map((meeting) => localTime(meeting.startsAt, desk.now.timeZoneId));
  if (open.length === 0) return { kind: "answer", answer: { result: { error: "no_open_meeting" } } };
  const at = index === undefined ? (open.length === 1 ? 0 : -1) : index - 1;
  const meeting = open[at];
  if (meeting !== undefined) return { kind: "one", meeting, local: locals[at] as string, ofSeveral: open.length > 1 };
  const spoken = locals.map((local) => spokenSlot(desk, local).spoken);
  return { kind: "answer", answer: { result: { ask: sentences.askWhich(sayChoice(spoken)), meetings: spoken } } };
}
