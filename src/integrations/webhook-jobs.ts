import { and, eq, lt, sql } from "drizzle-orm";
import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { AppError, describeError } from "../base/errors.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Database } from "../db/client.ts";
import { webhookDeliveries, webhookEvents, webhooks } from "../db/schema/webhook.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import type { ClaimedJob } from "../jobs/claims.ts";
import { eventQueue } from "../jobs/publish.ts";
import { enqueue } from "../jobs/queue.ts";
import type { JobHandler } from "../jobs/runner.ts";
import { limits } from "../limits.ts";
import { notify } from "../notify/create.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { payloadOf } from "./payloads.ts";
import type { PostOutside } from "./post-outside.ts";
import { signature, webhookSecret } from "./sign.ts";

export interface WebhookJobDeps {
  db: Database;
  clock: Clock;
  log: Log;
  /** The installation's, from which each webhook's is worked out. */
  secret: string;
  post: PostOutside;
}

const deliveryQueue = "webhook_delivery";
/** Waits between the tries, in seconds: eight tries in about a day, so that an evening's outage loses nothing. */
const waitSeconds = [10, 60, 300, 1_800, 7_200, 21_600, 43_200] as const;
const patient = { deadlineMs: limits.jobQueryMs };

const eventJob = z.object({ event: z.enum(webhookEvents), id: z.uuid() });
const deliveryJob = z.object({ deliveryId: z.uuid() });

/** The handlers of the queues of webhooks, for the job runner. */
export const webhookJobHandlers = (deps: WebhookJobDeps): Record<string, JobHandler> => ({
  [eventQueue]: (job) => fanOut(deps, job),
  [deliveryQueue]: (job) => deliver(deps, job),
});

/** One event becomes a delivery to each address that wants it. */
async function fanOut({ db }: WebhookJobDeps, job: ClaimedJob): Promise<void> {
  const { event, id, businessId } = read(job, eventJob);
  await withTenant(
    db,
    businessId,
    async (tx) => {
      const ctx: Ctx = { businessId, actor: { kind: "system" }, tx };
      const wanted = and(eq(webhooks.businessId, businessId), webhooks.active, sql`${event} = any(${webhooks.events})`);
      const listeners = await tx.select({ id: webhooks.id }).from(webhooks).where(wanted);
      const payload = listeners.length === 0 ? null : await payloadOrNull(ctx, event, id);
      if (payload === null) return;
      // A message is sent once, however many reports say so.
      const source = event.startsWith("message.") ? id : job.id;
      for (const listener of listeners) await addDelivery(ctx, listener.id, { event, source, payload });
    },
    patient,
  );
}

const payloadOrNull = (ctx: Ctx, event: z.output<typeof eventJob>["event"], id: string): Promise<unknown> =>
  payloadOf(ctx, event, id).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "not_found") return null; // it is gone: nothing to tell
    throw error;
  });

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

async function deliver(deps: WebhookJobDeps, job: ClaimedJob): Promise<void> {
  const { deliveryId, businessId } = read(job, deliveryJob);
  const due = await withTenant(
    deps.db,
    businessId,
    (tx) => loadDue({ businessId, actor: { kind: "system" }, tx }, deliveryId),
    patient,
  );
  if (due === null) return;
  const answer = await sendOnce(deps, due);
  await withTenant(
    deps.db,
    businessId,
    (tx) => keepAnswer(deps, { businessId, actor: { kind: "system" }, tx }, due, answer),
    patient,
  );
}

type Due = NonNullable<Awaited<ReturnType<typeof loadDue>>>;

async function loadDue({ tx, businessId }: Ctx, id: string) {
  const [row] = await tx
    .select({ delivery: webhookDeliveries, webhook: webhooks })
    .from(webhookDeliveries)
    .innerJoin(webhooks, eq(webhooks.id, webhookDeliveries.webhookId))
    .where(and(eq(webhookDeliveries.businessId, businessId), eq(webhookDeliveries.id, id)));
  return row?.delivery.status === "pending" && row.webhook.active ? row : null;
}

async function sendOnce({ clock, secret, post }: WebhookJobDeps, { delivery, webhook }: Due) {
  const { id, event, payload, createdAt, businessId } = delivery;
  const body = JSON.stringify({ id, type: event, createdAt, businessId, data: payload });
  const seconds = Math.floor(clock.instant().epochMilliseconds / 1_000);
  const key = webhookSecret(secret, webhook.id, webhook.secretVersion);
  const headers = {
    "Content-Type": "application/json",
    "User-Agent": "AgentLocator",
    "AgentLocator-Event": event,
    "AgentLocator-Delivery": id,
    "AgentLocator-Signature": signature(key, body, seconds),
  };
  try {
    return { status: await post({ url: webhook.url, headers, body }), error: null };
  } catch (error) {
    return { status: null, error: describeError(error).slice(0, 300) };
  }
}

async function keepAnswer(
  { clock, log }: WebhookJobDeps,
  ctx: Ctx,
  { delivery, webhook }: Due,
  answer: { status: number | null; error: string | null },
): Promise<void> {
  const now = clock.instant();
  const attempts = delivery.attempts + 1;
  const isDelivered = answer.status !== null && answer.status >= 200 && answer.status < 300;
  const wait = waitSeconds[attempts - 1];
  const nextAt = isDelivered || wait === undefined ? null : now.add({ seconds: wait });
  const status = isDelivered ? ("delivered" as const) : nextAt ? ("pending" as const) : ("failed" as const);
  // The attempt that was seen: a job that runs twice counts once.
  const seen = and(eq(webhookDeliveries.id, delivery.id), eq(webhookDeliveries.attempts, delivery.attempts));
  const kept = await ctx.tx
    .update(webhookDeliveries)
    .set({ status, attempts, answerStatus: answer.status, error: answer.error, nextAt })
    .where(seen)
    .returning({ id: webhookDeliveries.id });
  if (kept.length === 0) return;
  const { businessId } = ctx;
  if (nextAt)
    await enqueue(ctx.tx, { businessId, queue: deliveryQueue, payload: { deliveryId: delivery.id }, runAt: nextAt });
  const failingSince = isDelivered ? null : (webhook.failingSince ?? now);
  const failingMs = failingSince === null ? 0 : now.epochMilliseconds - failingSince.epochMilliseconds;
  const isGivenUp = status === "failed" && failingMs > limits.webhookFailingMs;
  await ctx.tx
    .update(webhooks)
    .set({ failingSince, ...(isGivenUp ? { active: false } : {}) })
    .where(eq(webhooks.id, webhook.id));
  log.info("JOB", "webhook", { biz: businessId, webhook: webhook.id, status: answer.status, attempt: attempts });
  if (!isGivenUp || failingSince === null) return;
  const subject = `webhook:${webhook.id}:${failingSince.epochMilliseconds}`;
  await notify(ctx, { kind: "webhook_off", title: new URL(webhook.url).host, subject });
}

function read<T extends object>(job: ClaimedJob, shape: z.ZodType<T>): T & { businessId: BusinessId } {
  const payload = shape.safeParse(job.payload);
  if (!payload.success || !job.businessId) throw new AppError("bug", `job of queue ${job.queue} has no subject`);
  return { ...payload.data, businessId: job.businessId };
}

const logDays = 14;

/** Deliveries leave the log after two weeks: their payloads are customers' data. */
export async function sweepDeliveries(db: Database, now: Temporal.Instant): Promise<void> {
  const old = lt(webhookDeliveries.createdAt, now.subtract({ hours: logDays * 24 }));
  await withSystem(db, (tx) => tx.delete(webhookDeliveries).where(old), patient);
}
