import { AppError } from "../base/errors.ts";
import type { CallId } from "../base/ids.ts";
import { readMeeting } from "../calendar/read-meeting.ts";
import { readCall } from "../calls/queries.ts";
import { readMessage } from "../crm/conversations/read-message.ts";
import { readLead, readLeads } from "../crm/leads/list-leads.ts";
import { readTask } from "../crm/tasks/list-tasks.ts";
import type { ManyEvent, WebhookEvent } from "../db/schema/webhook.ts";
import type { Ctx } from "../tenants/ctx.ts";

/**
 * The whole subject of an event, as the API shows it: a receiver need not ask again. It is as it is when the event goes
 * out, a moment after it happened. @throws AppError "not_found" when it is gone meanwhile.
 */
export async function payloadOf(ctx: Ctx, event: Exclude<WebhookEvent, ManyEvent>, id: string): Promise<unknown> {
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

/** Many subjects in one event, those that are gone left out. @throws AppError "not_found" when nothing is left. */
export async function payloadOfMany(ctx: Ctx, ids: readonly string[]): Promise<{ items: unknown[] }> {
  const items = await readLeads(ctx, ids);
  if (items.length === 0) throw new AppError("not_found", "none of them is there");
  return { items };
}
