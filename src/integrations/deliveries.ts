import { and, eq, lt } from "drizzle-orm";
import { newId } from "../base/ids.ts";
import type { Database } from "../db/client.ts";
import { webhookDeliveries } from "../db/schema/webhook.ts";
import { withSystem } from "../db/tenant.ts";
import { enqueue } from "../jobs/queue.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** The queue whose jobs carry `{ deliveryId }` of something to send. */
export const deliveryQueue = "webhook_delivery";

/** The same, to addresses where nothing came through last time: those that hang wait among themselves. */
export const failingQueue = "webhook_failing";

/** Puts something on its way to one address; with the same source, once. */
export async function addDelivery(
  { tx, businessId }: Ctx,
  webhookId: string,
  { event, source, payload }: { event: string; source: string; payload: unknown },
): Promise<void> {
  const [added] = await tx
    .insert(webhookDeliveries)
    .values({ id: newId(), businessId, webhookId, event, source, payload })
    .onConflictDoNothing()
    .returning({ id: webhookDeliveries.id });
  if (added) await enqueue(tx, { businessId, queue: deliveryQueue, payload: { deliveryId: added.id } });
}

/**
 * What waits for an address that is switched off is not sent any more: what happens meanwhile goes nowhere either, and
 * nobody expects yesterday's events on switching it on again.
 */
export async function skipWaiting({ tx, businessId }: Ctx, webhookId: string): Promise<void> {
  const { businessId: owner, webhookId: to, status } = webhookDeliveries;
  await tx
    .update(webhookDeliveries)
    .set({ status: "skipped", nextAt: null })
    .where(and(eq(owner, businessId), eq(to, webhookId), eq(status, "pending")));
}

const logDays = 14;

/** Deliveries leave the log after two weeks: their payloads are customers' data. */
export async function sweepDeliveries(db: Database, now: Temporal.Instant): Promise<void> {
  const old = lt(webhookDeliveries.createdAt, now.subtract({ hours: logDays * 24 }));
  await withSystem(db, (tx) => tx.delete(webhookDeliveries).where(old), { deadlineMs: limits.jobQueryMs });
}
