import { and, asc, desc, eq, sql } from "drizzle-orm";
import { z } from "zod";
import { AppError, tooMany } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { isBehind, pageOfRows } from "../db/page-key.ts";
import { webhookDeliveries, webhookEvents, webhooks } from "../db/schema/webhook.ts";
import { limits } from "../limits.ts";
import { audit } from "../tenants/audit.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { addDelivery, skipWaiting } from "./deliveries.ts";
import { outsideUrl } from "./post-outside.ts";

const url = z
  .string()
  .max(500)
  .transform((text, context) => {
    try {
      return outsideUrl(text).href;
    } catch {
      context.addIssue({ code: "custom", message: "must be a public https address" });
      return z.NEVER;
    }
  });
const events = z.array(z.enum(webhookEvents)).min(1).max(webhookEvents.length);
export const newWebhook = z.strictObject({ url, events });
export const webhookChange = z.strictObject({ url, events, active: z.boolean() }).partial();

export type Webhook = typeof webhooks.$inferSelect;

export const listWebhooks = ({ tx, businessId }: Ctx): Promise<Webhook[]> =>
  tx
    .select()
    .from(webhooks)
    .where(eq(webhooks.businessId, businessId))
    .orderBy(asc(webhooks.createdAt), asc(webhooks.id));

const isMine = (ctx: Ctx, id: string) => and(eq(webhooks.businessId, ctx.businessId), eq(webhooks.id, id));

/** @throws AppError "not_found". */
export async function readWebhook(ctx: Ctx, id: string): Promise<Webhook> {
  const [webhook] = await ctx.tx.select().from(webhooks).where(isMine(ctx, id));
  if (!webhook) throw noWebhook();
  return webhook;
}

/** @throws AppError "invalid" beyond `limits.webhooksMax`. */
export async function addWebhook(ctx: Ctx, input: z.output<typeof newWebhook>): Promise<Webhook> {
  if ((await listWebhooks(ctx)).length >= limits.webhooksMax) throw tooMany("webhooks", "url");
  const id = newId();
  await ctx.tx.insert(webhooks).values({ id, businessId: ctx.businessId, ...input });
  await audit(ctx, { action: "webhook.add", subject: `webhook:${id}`, detail: { events: input.events.join(" ") } });
  return readWebhook(ctx, id);
}

/**
 * Switching one off skips what waits for it; switching it on again gives it a new chance, for what happens from then on.
 * @throws AppError "not_found".
 */
export async function changeWebhook(ctx: Ctx, id: string, change: z.output<typeof webhookChange>): Promise<Webhook> {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const values = { ...given, ...(change.active === true ? { failingSince: null } : {}) };
  const before = await readWebhook(ctx, id);
  if (Object.keys(values).length === 0) return before;
  await ctx.tx.update(webhooks).set(values).where(isMine(ctx, id));
  if (change.active === false) await skipWaiting(ctx, id);
  const detail = { fields: Object.keys(given).join(" ") };
  await audit(ctx, { action: "webhook.change", subject: `webhook:${id}`, detail });
  return readWebhook(ctx, id);
}

/** Sends an event of no meaning. @throws AppError "not_found", "taken" (`webhook_off`) for one that is switched off. */
export async function sendTest(ctx: Ctx, id: string): Promise<void> {
  const { active } = await readWebhook(ctx, id);
  if (!active) throw new AppError("taken", "the webhook is switched off", { public: "webhook_off" });
  await addDelivery(ctx, id, { event: "test", source: newId(), payload: { hello: "שלום" } });
  await audit(ctx, { action: "webhook.test", subject: `webhook:${id}` });
}

/** From now on the secret before signs nothing. @throws AppError "not_found". */
export async function renewSecret(ctx: Ctx, id: string): Promise<Webhook> {
  await readWebhook(ctx, id);
  await ctx.tx
    .update(webhooks)
    .set({ secretVersion: sql`${webhooks.secretVersion} + 1` })
    .where(isMine(ctx, id));
  await audit(ctx, { action: "webhook.secret", subject: `webhook:${id}` });
  return readWebhook(ctx, id);
}

/** Gone with its log; what was on its way is not sent. @throws AppError "not_found". */
export async function removeWebhook(ctx: Ctx, id: string): Promise<void> {
  const removed = await ctx.tx.delete(webhooks).where(isMine(ctx, id)).returning({ id: webhooks.id });
  if (removed.length === 0) throw noWebhook();
  await audit(ctx, { action: "webhook.remove", subject: `webhook:${id}` });
}

/** What was sent and answered, newest first. @throws AppError "not_found", "invalid" for a bad cursor. */
export async function listDeliveries(
  ctx: Ctx,
  webhookId: string,
  query: { limit: number; cursor?: string | undefined },
) {
  await readWebhook(ctx, webhookId);
  const { id, event, status, attempts, answerStatus, error, nextAt, createdAt, payload } = webhookDeliveries;
  const rows = await ctx.tx
    .select({ id, event, status, attempts, answerStatus, error, nextAt, createdAt, payload })
    .from(webhookDeliveries)
    .where(
      and(
        eq(webhookDeliveries.businessId, ctx.businessId),
        eq(webhookDeliveries.webhookId, webhookId),
        isBehind(query.cursor, createdAt, id),
      ),
    )
    .orderBy(desc(createdAt), desc(id))
    .limit(query.limit + 1);
  return pageOfRows(rows, query.limit);
}

const noWebhook = () => new AppError("not_found", "no such webhook");
