import { and, eq, sql } from "drizzle-orm";
import { type ManyEvent, type WebhookEvent, webhooks } from "../db/schema/webhook.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { enqueue } from "./queue.ts";

/** The queue whose jobs carry `{ event, id }`, or `ids` of many, of something that other programs want to hear of. */
export const eventQueue = "webhook_event";

/**
 * Something happened that programs of the business may want to hear of: they do if and only if the transaction commits.
 * Costs one small look when nobody listens.
 */
export async function publish(ctx: Source, event: Exclude<WebhookEvent, ManyEvent>, id: string): Promise<void> {
  if (await isHeard(ctx, event)) await put(ctx, { event, id });
}

/**
 * The same of many at once, by `limits.webhookItemsMax` together: five thousand leads of a file are fifty requests to a
 * program and not five thousand, which would hold up everybody else's.
 */
export async function publishMany(ctx: Source, event: ManyEvent, ids: readonly string[]): Promise<void> {
  if (ids.length === 0 || !(await isHeard(ctx, event))) return;
  for (let from = 0; from < ids.length; from += limits.webhookItemsMax)
    await put(ctx, { event, ids: ids.slice(from, from + limits.webhookItemsMax) });
}

type Source = Pick<Ctx, "tx" | "businessId">;

async function isHeard({ tx, businessId }: Source, event: WebhookEvent): Promise<boolean> {
  const [listener] = await tx
    .select({ id: webhooks.id })
    .from(webhooks)
    .where(and(eq(webhooks.businessId, businessId), webhooks.active, sql`${event} = any(${webhooks.events})`))
    .limit(1);
  return listener !== undefined;
}

const put = (
  { tx, businessId }: Source,
  payload: { event: WebhookEvent; id: string } | { event: ManyEvent; ids: string[] },
) => enqueue(tx, { businessId, queue: eventQueue, payload });
