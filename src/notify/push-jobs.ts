import { and, eq } from "drizzle-orm";
import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Database } from "../db/client.ts";
import { notifications } from "../db/schema/notification.ts";
import { pushSubscriptions } from "../db/schema/push-subscription.ts";
import { withTenant } from "../db/tenant.ts";
import type { ClaimedJob } from "../jobs/claims.ts";
import { enqueue } from "../jobs/queue.ts";
import type { JobHandler } from "../jobs/runner.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { type Push, pushTtlSeconds } from "./push.ts";
import { devicesOfBusiness } from "./push-devices.ts";
import { pushQueue } from "./push-later.ts";

export interface PushJobDeps {
  db: Database;
  clock: Clock;
  log: Log;
  push: Push;
}

const deviceQueue = "push_device";
const lineJob = z.object({ notificationId: z.uuid() });
const deviceJob = lineJob.extend({ deviceId: z.uuid() });

/** The handlers of the queues of pushes, for the job runner: one line becomes one job per device, tried on its own. */
export const pushJobHandlers = (deps: PushJobDeps): Record<string, JobHandler> => ({
  [pushQueue]: (job) => fanOut(deps, job),
  [deviceQueue]: (job) => tellDevice(deps, job),
});

async function fanOut(deps: PushJobDeps, job: ClaimedJob): Promise<void> {
  const { notificationId, businessId } = read(job, lineJob);
  await inBusiness(deps, businessId, async (ctx) => {
    for (const { id: deviceId } of await devicesOfBusiness(ctx))
      await enqueue(ctx.tx, { businessId, queue: deviceQueue, payload: { notificationId, deviceId } });
  });
}

async function tellDevice(deps: PushJobDeps, job: ClaimedJob): Promise<void> {
  const { notificationId, deviceId, businessId } = read(job, deviceJob);
  const due = await inBusiness(deps, businessId, (ctx) => loadDue(ctx, notificationId, deviceId, deps.clock.instant()));
  if (due === null) return;
  const { device, line } = due;
  const outcome = await deps.push(device, { ...line, language: device.language });
  deps.log.info("NOTIFY", "push", { biz: businessId, notification: notificationId, device: deviceId, outcome });
  if (outcome !== "sent")
    await inBusiness(deps, businessId, ({ tx }) =>
      tx.delete(pushSubscriptions).where(eq(pushSubscriptions.id, deviceId)),
    );
}

/** Null when there is nobody left to tell, or nothing worth it: the line was read in the panel, or is too old. */
async function loadDue({ tx, businessId }: Ctx, notificationId: string, deviceId: string, now: Temporal.Instant) {
  const [row] = await tx
    .select({ device: pushSubscriptions, line: notifications })
    .from(pushSubscriptions)
    .innerJoin(notifications, eq(notifications.businessId, pushSubscriptions.businessId))
    .where(
      and(
        eq(pushSubscriptions.businessId, businessId),
        eq(pushSubscriptions.id, deviceId),
        eq(notifications.id, notificationId),
      ),
    );
  if (!row || row.line.readAt !== null) return null;
  const { id, kind, title, body, subject, createdAt } = row.line;
  if (now.since(createdAt).total("seconds") > pushTtlSeconds) return null;
  return { device: row.device, line: { id, kind, title, body, subject } };
}

const inBusiness = <T>({ db }: PushJobDeps, businessId: BusinessId, run: (ctx: Ctx) => Promise<T>): Promise<T> =>
  withTenant(db, businessId, (tx) => run({ businessId, actor: { kind: "system" }, tx }), {
    deadlineMs: limits.jobQueryMs,
  });

function read<T extends object>(job: ClaimedJob, shape: z.ZodType<T>): T & { businessId: BusinessId } {
  const payload = shape.safeParse(job.payload);
  if (!payload.success || !job.businessId) throw new AppError("bug", `job of queue ${job.queue} has no subject`);
  return { ...payload.data, businessId: job.businessId };
}
