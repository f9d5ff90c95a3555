import { enqueue } from "../jobs/queue.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { Meeting } from "./book.ts";

/** The queue whose jobs carry `{ meetingId, conversationId }`: what was agreed by voice is confirmed in writing. */
export const confirmationQueue = "meeting_confirmation";

/**
 * Has a meeting that the assistant agreed on confirmed once the conversation is over; whoever does it reads the meeting as it
 * then is, so that several changes of mind are one message.
 */
export async function confirmLater(
  ctx: Ctx,
  meeting: Meeting,
  conversationId: string | undefined,
  now: Temporal.Instant,
) {
  if (ctx.actor.kind !== "assistant" || conversationId === undefined) return;
  const { businessId } = ctx;
  const payload = { meetingId: meeting.id, conversationId };
  const runAt = now.add({ milliseconds: limits.confirmAfterMs });
  await enqueue(ctx.tx, { businessId, queue: confirmationQueue, dedupe: meeting.id, payload, runAt });
}
