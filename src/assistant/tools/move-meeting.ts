import { z } from "zod";
import { dateInput, meetingInput, timeInput } from "./appointment-input.ts";
import { settle } from "./book-meeting.ts";
import { defineTool } from "./tool.ts";
import { whichMeeting } from "./which-meeting.ts";

export const moveMeetingTool = defineTool({
  name: "move_meeting",
  description:
    "Moves the customer's open meeting to the time the customer agreed to. Without date and time it takes the slot that was offered. Check availability first.",
  input: z.strictObject({ date: dateInput.optional(), time: timeInput.optional(), meeting: meetingInput }),
  listens: true,
  async run(desk, { date, time, meeting }) {
    const which = await whichMeeting(desk, meeting);
    if (which.kind === "answer") return which.answer;
    return settle(desk, { date, time, topic: null, moves: which.meeting });
  },
});
