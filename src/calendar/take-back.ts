import { sql } from "drizzle-orm";
import { cancelQueued } from "../crm/conversations/cancel-queued.ts";
import { messages } from "../db/schema/message.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** What waits to tell a customer how a meeting stood before is taken back (C9); what tells of the change is queued after it. */
export async function takeBackWords(
  ctx: Ctx,
  meetingId: string,
  reason: "meeting_moved" | "meeting_cancelled",
): Promise<void> {
  await cancelQueued(ctx, sql`${messages.detail}->>'meetingId' = ${meetingId}`, reason);
}
