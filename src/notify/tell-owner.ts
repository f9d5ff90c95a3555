import { and, count, eq, gt, lt, ne, sql } from "drizzle-orm";
import { z } from "zod";
import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { type BusinessId, newId } from "../base/ids.ts";
import type { Log } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import type { Database } from "../db/client.ts";
import { businesses } from "../db/schema/business.ts";
import { notifications } from "../db/schema/notification.ts";
import { type OwnerPath, ownerTellings } from "../db/schema/owner-telling.ts";
import { withTenant } from "../db/tenant.ts";
import type { ClaimedJob } from "../jobs/claims.ts";
import type { JobHandler } from "../jobs/runner.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { lineText, say } from "./lines.he.ts";
import { ownerQueue, readOwnerPaths } from "./owner-paths.ts";

export interface TellOwnerDeps {
  db: Database;
  clock: Clock;
  log: Log;
  /** Where the panel is. */
  publicBaseUrl: () => string;
  /** Queues a message from the business's number, in the caller's transaction: "sent", or a stable code of why not. */
  byWhatsapp(ctx: Ctx, message: { phone: Phone; text: string; key: string }): Promise<string>;
  /** Null = the installation has no mail server. @throws AppError as `SendMail`. */
  byMail: ((letter: { to: string; subject: string; text: string; id: string }) => Promise<void>) | null;
}

const payloadShape = z.object({ notificationId: z.uuid(), path: z.enum(["whatsapp", "mail"]) });

/** The handler of the queue of lines for owners: each line once on each path, `limits.ownerTellingsPerHour` at most. */
export const ownerJobHandlers = (deps: TellOwnerDeps): Record<string, JobHandler> => ({
  [ownerQueue]: async (job: ClaimedJob) => {
    const payload = payloadShape.safeParse(job.payload);
    if (!payload.success || !job.businessId) throw new AppError("bug", "a job for an owner names no line");
    const { notificationId: lineId, path } = payload.data;
    const outcome = await tell(deps, job.businessId, path, lineId, (ctx) => loadDue(ctx, lineId, deps.clock.instant()));
    deps.log.info("NOTIFY", "owner", { biz: job.businessId, notification: lineId, path, outcome });
  },
});

/** Sends something now, so that the owner sees whether it arrives. What became of it, as a stable code. */
export const testPath = (deps: TellOwnerDeps, businessId: BusinessId, path: OwnerPath): Promise<string> =>
  tell(deps, businessId, path, newId(), async () => ({ kind: "test", title: "", body: null }));

interface Line {
  kind: string;
  title: string;
  body: string | null;
}

interface Claimed {
  address: string;
  text: string;
  business: string;
}

/** A letter that was sent by a process that then died goes again, under the same id; a WhatsApp message never does. */
async function tell(
  deps: TellOwnerDeps,
  businessId: BusinessId,
  path: OwnerPath,
  lineId: string,
  load: (ctx: Ctx) => Promise<Line | null>,
): Promise<string> {
  const inBusiness = <T>(run: (ctx: Ctx) => Promise<T>): Promise<T> =>
    withTenant(deps.db, businessId, (tx) => run({ businessId, actor: { kind: "system" }, tx }), {
      deadlineMs: limits.jobQueryMs,
    });
  const settle = (ctx: Ctx, outcome: string) =>
    ctx.tx
      .update(ownerTellings)
      .set({ outcome })
      .where(and(isOf(ctx, path), eq(ownerTellings.lineId, lineId)));
  const first = await inBusiness(async (ctx): Promise<Claimed | string> => {
    const claimed = await claim(deps, ctx, path, lineId, load);
    if (typeof claimed === "string" || path === "mail") return claimed;
    const message = { phone: claimed.address as Phone, text: claimed.text, key: `owner:${lineId}` };
    const outcome = await deps.byWhatsapp(ctx, message);
    await settle(ctx, outcome);
    return outcome;
  });
  if (typeof first === "string") return first;
  const { address, text, business } = first;
  if (deps.byMail === null) throw new AppError("bug", "a letter was claimed without a mail server");
  const letter = { to: address, subject: say.subject(business), text, id: lineId };
  const outcome = await deps.byMail(letter).then(
    () => "sent",
    (error: unknown) => {
      if (error instanceof AppError && error.code === "invalid") return "refused";
      throw error; // the job tries again
    },
  );
  await inBusiness((ctx) => settle(ctx, outcome));
  return outcome;
}

/** What is to be sent, or why nothing is. The settings stay locked meanwhile, so that two jobs count one after the other. */
async function claim(
  deps: TellOwnerDeps,
  ctx: Ctx,
  path: OwnerPath,
  lineId: string,
  load: (ctx: Ctx) => Promise<Line | null>,
): Promise<Claimed | string> {
  const now = deps.clock.instant();
  const address = (await readOwnerPaths(ctx, { locked: true }))[path];
  if (address === null) return "not_set";
  if (path === "mail" && deps.byMail === null) return "no_mail_server";
  const line = await load(ctx);
  if (line === null) return "not_due";
  const told = await countTold(ctx, path, lineId, now);
  if (told >= limits.ownerTellingsPerHour) return "too_many";
  const fresh = { businessId: ctx.businessId, lineId, path, outcome: "sending", at: now };
  const [begun] = await ctx.tx
    .insert(ownerTellings)
    .values(fresh)
    .onConflictDoUpdate({
      target: [ownerTellings.businessId, ownerTellings.lineId, ownerTellings.path],
      set: { at: now },
      setWhere: eq(ownerTellings.outcome, "sending"), // an attempt that did not come to its end
    })
    .returning({ lineId: ownerTellings.lineId });
  if (begun === undefined) return "told_before";
  const [business] = await ctx.tx
    .select({ name: businesses.name })
    .from(businesses)
    .where(eq(businesses.id, ctx.businessId));
  const isLast = told + 1 === limits.ownerTellingsPerHour;
  const text = [lineText(line), ...(isLast ? [say.more] : []), `${deps.publicBaseUrl()}/notifications`].join("\n");
  return { address, text, business: business?.name ?? "" };
}

/** How many others went that way in the last hour. What is older than a week is forgotten on the way. */
async function countTold(ctx: Ctx, path: OwnerPath, lineId: string, now: Temporal.Instant): Promise<number> {
  await ctx.tx.delete(ownerTellings).where(and(isOf(ctx, path), lt(ownerTellings.at, now.subtract({ hours: 168 }))));
  const [row] = await ctx.tx
    .select({ told: count() })
    .from(ownerTellings)
    .where(
      and(
        isOf(ctx, path),
        gt(ownerTellings.at, now.subtract({ hours: 1 })),
        ne(ownerTellings.lineId, sql`${lineId}::uuid`),
      ),
    );
  return row?.told ?? 0;
}

const isOf = (ctx: Ctx, path: OwnerPath) =>
  and(eq(ownerTellings.businessId, ctx.businessId), eq(ownerTellings.path, path));

const isLate = (at: Temporal.Instant, now: Temporal.Instant): boolean =>
  now.since(at).total("milliseconds") > limits.ownerLateMs;

/** Null when it is worth no message: the line was read in the panel, or is an hour old. */
async function loadDue({ tx, businessId }: Ctx, id: string, now: Temporal.Instant): Promise<Line | null> {
  const [line] = await tx
    .select()
    .from(notifications)
    .where(and(eq(notifications.businessId, businessId), eq(notifications.id, id)));
  if (line === undefined || line.readAt !== null || isLate(line.createdAt, now)) return null;
  return line;
}
