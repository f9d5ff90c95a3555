import type { CallId } from "../base/ids.ts";
import { readMeeting } from "../calendar/read-meeting.ts";
import { readCall } from "../calls/queries.ts";
import { readMessage } from "../crm/conversations/read-message.ts";
import { readLead } from "../crm/leads/list-leads.ts";
import { readTask } from "../crm/tasks/list-tasks.ts";
import type { WebhookEvent } from "../db/schema/webhook.ts";
import type { Ctx } from "../tenants/ctx.ts";

/**
 * The whole subject of an event, as the API shows it: a receiver need not ask again. It is as it is when the event goes
 * out, a moment after it happened. @throws AppError "not_found" when it is gone meanwhile.
 */
export async function payloadOf(ctx: Ctx, event: WebhookEvent, id: string): Promise<unknown> {
  switch (event) {
    case "call.ended": {
      // What the detector and the engine noted is for the replay, not for programs.
      const { events: _events, ...call } = await readCall(ctx, id as CallId);
      return call;
    }
    case "lead.created":
    case "lead.changed":
      return readLead(ctx, id);
    case "meeting.booked":
    case "meeting.moved":
    case "meeting.cancelled":
    case "meeting.settled":
      return readMeeting(ctx, id);
    case "task.created":
      return readTask(ctx, id);
    case "message.received":
    case "message.sent":
      return readMessage(ctx, id);
  }
}
