import { and, eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { AppError, describeError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import { retryAfterSeconds } from "../base/retry-after.ts";
import type { Database } from "../db/client.ts";
import { manyEvents, webhookDeliveries, webhookEvents, webhooks } from "../db/schema/webhook.ts";
import { withTenant } from "../db/tenant.ts";
import type { ClaimedJob } from "../jobs/claims.ts";
import { eventQueue } from "../jobs/publish.ts";
import { enqueue } from "../jobs/queue.ts";
import type { JobHandler } from "../jobs/runner.ts";
import { limits } from "../limits.ts";
import { notify } from "../notify/create.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { addDelivery, deliveryQueue, failingQueue, skipWaiting } from "./deliveries.ts";
import { payloadOf, payloadOfMany } from "./payloads.ts";
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

/** Waits between the tries, in seconds: eight tries in about a day, so that an evening's outage loses nothing. */
const waitSeconds = [10, 60, 300, 1_800, 7_200, 21_600, 43_200] as const;
const patient = { deadlineMs: limits.jobQueryMs };

const ofOne = z.object({ event: z.enum(webhookEvents).exclude(manyEvents), id: z.uuid() });
const ofMany = z.object({ event: z.enum(manyEvents), ids: z.array(z.uuid()) });
const eventJob = z.union([ofOne, ofMany]);
const deliveryJob = z.object({ deliveryId: z.uuid() });

/** The handlers of the queues of webhooks, for the job runner. */
export const webhookJobHandlers = (deps: WebhookJobDeps): Record<string, JobHandler> => ({
  [eventQueue]: (job) => fanOut(deps, job),
  [deliveryQueue]: (job) => deliver(deps, job),
  [failingQueue]: (job) => deliver(deps, job),
});

/** One event becomes a delivery to each address that wants it. */
async function fanOut({ db }: WebhookJobDeps, job: ClaimedJob): Promise<void> {
  const { businessId, ...happened } = read(job, eventJob);
  const { event } = happened;
  await withTenant(
    db,
    businessId,
    async (tx) => {
      const ctx: Ctx = { businessId, actor: { kind: "system" }, tx };
      const wanted = and(eq(webhooks.businessId, businessId), webhooks.active, sql`${event} = any(${webhooks.events})`);
      const listeners = await tx.select({ id: webhooks.id }).from(webhooks).where(wanted);
      const payload = listeners.length === 0 ? null : await payloadOrNull(ctx, happened);
      if (payload === null) return;
      // A message is sent once, however many reports say so.
      const source = "id" in happened && event.startsWith("message.") ? happened.id : job.id;
      for (const listener of listeners) await addDelivery(ctx, listener.id, { event, source, payload });
    },
    patient,
  );
}

async function payloadOrNull(ctx: Ctx, happened: z.output<typeof eventJob>): Promise<unknown> {
  try {
    return "ids" in happened
      ? await payloadOfMany(ctx, happened.ids)
      : await payloadOf(ctx, happened.event, happened.id);
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") return null; // it is gone: nothing to tell
    throw error;
  }
}

async function deliver(deps: WebhookJobDeps, job: ClaimedJob): Promise<void> {
  const { deliveryId, businessId } = read(job, deliveryJob);
  const within = <T>(run: (ctx: Ctx) => Promise<T>) =>
    withTenant(deps.db, businessId, (tx) => run({ businessId, actor: { kind: "system" }, tx }), patient);
  const due = await within((ctx) => loadDue(ctx, deliveryId));
  if (due === null) return;
  if (job.queue === deliveryQueue && due.webhook.failingSince !== null)
    return within((ctx) => tryAmongFailing(ctx, due.delivery));
  const answer = await sendOnce(deps, due);
  await within((ctx) => keepAnswer(deps, ctx, due, answer));
}

async function tryAmongFailing({ tx, businessId }: Ctx, { id, nextAt }: Due["delivery"]): Promise<void> {
  const job = { businessId, queue: failingQueue, dedupe: id, payload: { deliveryId: id } };
  await enqueue(tx, { ...job, ...(nextAt && { runAt: nextAt }) });
}

type Due = NonNullable<Awaited<ReturnType<typeof loadDue>>>;

/** Null for what is settled already; what waits for an address that is off is settled here. */
async function loadDue(ctx: Ctx, id: string) {
  const { tx, businessId } = ctx;
  const [row] = await tx
    .select({ delivery: webhookDeliveries, webhook: webhooks })
    .from(webhookDeliveries)
    .innerJoin(webhooks, and(eq(webhooks.businessId, businessId), eq(webhooks.id, webhookDeliveries.webhookId)))
    .where(and(eq(webhookDeliveries.businessId, businessId), eq(webhookDeliveries.id, id)));
  if (row?.delivery.status !== "pending") return null;
  if (row.webhook.active) return row;
  await skipWaiting(ctx, row.webhook.id);
  return null;
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
    const { status, retryAfter } = await post({ url: webhook.url, headers, body });
    return { status, error: null, notBeforeSeconds: retryAfterSeconds(retryAfter, clock.instant()) ?? 0 };
  } catch (error) {
    return { status: null, error: describeError(error).slice(0, 300), notBeforeSeconds: 0 };
  }
}

interface Answer {
  /** HTTP status; null when nobody answered. */
  status: number | null;
  /** Why nobody did. */
  error: string | null;
  /** The receiver asks us to wait for so long. */
  notBeforeSeconds: number;
}

/** Writes down how it went and what comes next, for the address as it stands now. */
async function keepAnswer(deps: WebhookJobDeps, ctx: Ctx, { delivery, webhook: { id } }: Due, answer: Answer) {
  const { businessId, tx } = ctx;
  const mine = and(eq(webhooks.businessId, businessId), eq(webhooks.id, id));
  const [webhook] = await tx.select().from(webhooks).where(mine).for("update");
  if (!webhook) return; // removed, and the delivery with it
  const now = deps.clock.instant();
  const attempts = delivery.attempts + 1;
  const wait = waitSeconds[attempts - 1];
  const status = statusAfter(answer, wait);
  const nextAt =
    status === "pending" && wait !== undefined ? now.add({ seconds: Math.max(wait, answer.notBeforeSeconds) }) : null;
  // The attempt that was seen: a job that runs twice counts once. What was skipped meanwhile stays so, unless it arrived.
  const { businessId: owner, id: deliveryId, attempts: seen, status: was } = webhookDeliveries;
  const waiting = status === "delivered" ? undefined : eq(was, "pending");
  const kept = await tx
    .update(webhookDeliveries)
    .set({ status, attempts, answerStatus: answer.status, error: answer.error, nextAt })
    .where(and(eq(owner, businessId), eq(deliveryId, delivery.id), eq(seen, delivery.attempts), waiting))
    .returning({ id: deliveryId });
  if (kept.length === 0) return;
  deps.log.info("JOB", "webhook", { biz: businessId, webhook: id, status: answer.status, attempt: attempts });
  if (nextAt)
    await enqueue(tx, { businessId, queue: deliveryQueue, payload: { deliveryId: delivery.id }, runAt: nextAt });
  const failingSince = status === "delivered" ? null : (webhook.failingSince ?? now);
  await tx.update(webhooks).set({ failingSince }).where(mine);
  if (status === "failed" && failingSince !== null && isHopeless(failingSince, now))
    await giveUp(ctx, webhook, failingSince);
}

function statusAfter({ status }: Answer, wait: number | undefined) {
  if (status !== null && status >= 200 && status < 300) return "delivered";
  return wait === undefined ? "failed" : "pending";
}

const isHopeless = (failingSince: Temporal.Instant, now: Temporal.Instant): boolean =>
  now.epochMilliseconds - failingSince.epochMilliseconds > limits.webhookFailingMs;

/** An address at which nothing came through for days is switched off, and the business told once. */
async function giveUp(ctx: Ctx, { id, url }: Due["webhook"], failingSince: Temporal.Instant): Promise<void> {
  const mine = and(eq(webhooks.businessId, ctx.businessId), eq(webhooks.id, id));
  await ctx.tx.update(webhooks).set({ active: false, failingSince }).where(mine);
  await skipWaiting(ctx, id);
  const subject = `webhook:${id}:${failingSince.epochMilliseconds}`;
  await notify(ctx, { kind: "webhook_off", title: new URL(url).host, subject });
}

function read<T extends object>(job: ClaimedJob, shape: z.ZodType<T>): T & { businessId: BusinessId } {
  const payload = shape.safeParse(job.payload);
  if (!payload.success || !job.businessId) throw new AppError("bug", `job of queue ${job.queue} has no subject`);
  return { ...payload.data, businessId: job.businessId };
}
