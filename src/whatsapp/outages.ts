import { and, desc, eq, isNotNull, isNull, sql } from "drizzle-orm";
import { newId } from "../base/ids.ts";
import { whatsappOutages, whatsappSessions } from "../db/schema/whatsapp.ts";
import { limits } from "../limits.ts";
import { notify } from "../notify/create.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { ChannelStatus } from "./provider.ts";
import { say } from "./say.he.ts";

/**
 * Worth telling a person: it will not come back by itself, or has failed to for a while. Off is as somebody wished, or for
 * the moment between two processes.
 */
export const isOutage = (status: ChannelStatus): boolean =>
  status.state !== "off" && !status.connected && (!status.recovers || status.failures >= limits.waAlertFailures);

/**
 * Tells the business once per outage that WhatsApp is down (W7). A loss soon after a return is the same outage. Nothing is
 * told of a business that was never linked, or that wants to be off.
 */
export async function noteOutage(ctx: Ctx, status: ChannelStatus, now: Temporal.Instant): Promise<void> {
  const [linked] = await ctx.tx
    .select({ one: sql`1` })
    .from(whatsappSessions)
    .where(
      and(
        eq(whatsappSessions.businessId, ctx.businessId),
        eq(whatsappSessions.wanted, true),
        isNotNull(whatsappSessions.linkedAt),
      ),
    );
  if (linked === undefined) return;
  const id = (await openOutage(ctx, now)) ?? (await beginOutage(ctx, status, now));
  const told = await ctx.tx
    .update(whatsappOutages)
    .set({ notifiedAt: now })
    .where(and(isOf(ctx), eq(whatsappOutages.id, id), isNull(whatsappOutages.notifiedAt)))
    .returning({ id: whatsappOutages.id });
  if (told.length > 0) await notify(ctx, { kind: "whatsapp_down", title: say.down, subject: `whatsapp_outage:${id}` });
}

/** The link has held for a while. */
export async function endOutage(ctx: Ctx, now: Temporal.Instant): Promise<void> {
  await ctx.tx
    .update(whatsappOutages)
    .set({ endedAt: now })
    .where(and(isOf(ctx), isNull(whatsappOutages.endedAt)));
}

const isOf = (ctx: Ctx) => eq(whatsappOutages.businessId, ctx.businessId);

/** The one that is not over, or ended only a moment ago and goes on. */
async function openOutage(ctx: Ctx, now: Temporal.Instant): Promise<string | null> {
  const { id, endedAt, startedAt } = whatsappOutages;
  const [newest] = await ctx.tx
    .select({ id, endedAt })
    .from(whatsappOutages)
    .where(isOf(ctx))
    .orderBy(desc(startedAt))
    .limit(1);
  if (newest === undefined) return null;
  if (newest.endedAt === null) return newest.id;
  if (now.since(newest.endedAt).total("milliseconds") > limits.waOutageReopenMs) return null;
  await ctx.tx
    .update(whatsappOutages)
    .set({ endedAt: null })
    .where(and(isOf(ctx), eq(id, newest.id)));
  return newest.id;
}

async function beginOutage(ctx: Ctx, status: ChannelStatus, now: Temporal.Instant): Promise<string> {
  const id = newId();
  await ctx.tx.insert(whatsappOutages).values({
    id,
    businessId: ctx.businessId,
    reason: status.reason ?? status.state,
    startedAt: status.lastSeen === null ? now : Temporal.Instant.from(status.lastSeen),
  });
  return id;
}
