import { eq } from "drizzle-orm";
import { pushSubscriptions } from "../db/schema/push-subscription.ts";
import { enqueue } from "../jobs/queue.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** The queue whose jobs carry `{ notificationId }` of a line that closed phones want to hear of. */
export const pushQueue = "push";

/** Devices of the business are told of it if and only if the transaction commits. Costs one small look when there are none. */
export async function pushLater({ tx, businessId }: Ctx, notificationId: string): Promise<void> {
  const [device] = await tx
    .select({ id: pushSubscriptions.id })
    .from(pushSubscriptions)
    .where(eq(pushSubscriptions.businessId, businessId))
    .limit(1);
  if (device) await enqueue(tx, { businessId, queue: pushQueue, payload: { notificationId } });
}
