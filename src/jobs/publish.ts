import { and, eq, sql } from "drizzle-orm";
import { type WebhookEvent, webhooks } from "../db/schema/webhook.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { enqueue } from "./queue.ts";

/** The queue whose jobs carry `{ event, id }` of something that other programs want to hear of. */
export const eventQueue = "webhook_event";

/**
 * Something happened that programs of the business may want to hear of: they do if and only if the transaction commits.
 * Costs one small look when nobody listens.
 */
export async function publish(
  { tx, businessId }: Pick<Ctx, "tx" | "businessId">,
  event: WebhookEvent,
  id: string,
): Promise<void> {
  const [listener] = await tx
    .select({ id: webhooks.id })
    .from(webhooks)
    .where(and(eq(webhooks.businessId, businessId), webhooks.active, sql`${event} = any(${webhooks.events})`))
    .limit(1);
  if (listener) await enqueue(tx, { businessId, queue: eventQueue, payload: { event, id } });
}
