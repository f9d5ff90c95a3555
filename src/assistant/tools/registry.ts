import { answerFromKnowledge } from "./answer-from-knowledge.ts";
import { bookMeeting } from "./book-meeting.ts";
import { cancelMeetingTool } from "./cancel-meeting.ts";
import { checkAvailability } from "./check-availability.ts";
import { endConversation } from "./end-conversation.ts";
import { handOver } from "./hand-over.ts";
import { lookupCustomer } from "./lookup-customer.ts";
import { moveMeetingTool } from "./move-meeting.ts";
import { offerSlots } from "./offer-slots.ts";
import { saveLeadTool } from "./save-lead.ts";
import { takeMessage } from "./take-message.ts";
import type { Tool } from "./tool.ts";

/** Everything the model may do, on every channel. What is not here cannot be done (K17: no SQL, no address, no id). */
export const tools: readonly Tool[] = [
  lookupCustomer,
  saveLeadTool,
  checkAvailability,
  offerSlots,
  bookMeeting,
  moveMeetingTool,
  cancelMeetingTool,
  takeMessage,
  answerFromKnowledge,
  handOver,
  endConversation,
];
