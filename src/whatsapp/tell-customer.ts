import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { saySlot } from "../assistant/say.he.ts";
import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { BusinessId, CallId, CustomerId } from "../base/ids.ts";
import { localTime } from "../base/local-time.ts";
import { confirmationQueue } from "../calendar/confirm-later.ts";
import type { ReminderToSend } from "../calendar/reminder-job.ts";
import type { Database } from "../db/client.ts";
import { businesses } from "../db/schema/business.ts";
import { calls } from "../db/schema/call.ts";
import { meetings } from "../db/schema/meeting.ts";
import { withTenant } from "../db/tenant.ts";
import type { JobHandler } from "../jobs/runner.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { ProviderKind } from "./provider.ts";
import { queueMessage } from "./queue-message.ts";
import { chatWith } from "./reach.ts";
import { say } from "./say.he.ts";
import { whatsappSettingsOf } from "./settings.ts";

export interface TellDeps {
  clock: Clock;
  defaultProvider: ProviderKind;
  /** Within how long after a customer's message a provider takes free text; null = always. */
  windowMs: Readonly<Record<ProviderKind, number | null>>;
}

/**
 * Reminds a customer of a meeting by WhatsApp (C9), in the caller's transaction. False when that must not or cannot be:
 * somebody who never wrote, opted out, or is outside the provider's window is not written to (K20).
 */
export async function remindCustomer(deps: TellDeps, ctx: Ctx, reminder: ReminderToSend): Promise<boolean> {
  const { customerId, startsAt, topic, reminderId } = reminder;
  return tell(deps, ctx, {
    customerId,
    startsAt,
    topic,
    say: say.reminder,
    purpose: "reminder",
    key: `reminder:${reminderId}`,
  });
}

interface Telling {
  customerId: CustomerId;
  startsAt: Temporal.Instant;
  topic: string | null;
  say: (what: string, business: string, when: string) => string;
  purpose: "reminder" | "confirmation";
  key: string;
}

async function tell(deps: TellDeps, ctx: Ctx, telling: Telling): Promise<boolean> {
  const now = deps.clock.instant();
  const chat = await chatWith(ctx, telling.customerId);
  if (chat === null) return false;
  const { provider } = await whatsappSettingsOf(ctx);
  const windowMs = deps.windowMs[provider ?? deps.defaultProvider];
  if (windowMs !== null && now.since(chat.lastInboundAt).total("milliseconds") >= windowMs) return false;
  const [business] = await ctx.tx
    .select({ name: businesses.name, zone: businesses.timezone })
    .from(businesses)
    .where(eq(businesses.id, ctx.businessId));
  if (business === undefined) return false;
  const today = now.toZonedDateTimeISO(business.zone).toPlainDate();
  const when = saySlot(localTime(telling.startsAt, business.zone), today);
  const text = telling.say(telling.topic ?? say.meeting, business.name, when);
  const id = await queueMessage(ctx, {
    conversationId: chat.conversationId,
    purpose: telling.purpose,
    content: { kind: "text", text },
    at: now,
    dedupe: telling.key,
  });
  return id !== null;
}

const payloadSchema = z.object({ meetingId: z.uuid(), conversationId: z.uuid() });

/** What was agreed on the phone is confirmed in writing, where the customer writes with the business (one message per meeting). */
export const confirmationJobHandlers = (deps: TellDeps & { db: Database }): Record<string, JobHandler> => ({
  [confirmationQueue]: async (job) => {
    const payload = payloadSchema.safeParse(job.payload);
    if (!payload.success || !job.businessId) throw new AppError("bug", "a confirmation's job names no meeting");
    await confirm(deps, job.businessId, payload.data);
  },
});

function confirm(
  deps: TellDeps & { db: Database },
  businessId: BusinessId,
  { meetingId, conversationId }: z.infer<typeof payloadSchema>,
): Promise<void> {
  const run = async (ctx: Ctx): Promise<void> => {
    const [call] = await ctx.tx
      .select({ endedAt: calls.endedAt })
      .from(calls)
      .where(and(eq(calls.businessId, businessId), eq(calls.id, conversationId as CallId)));
    if (call === undefined) return; // a written conversation: it stands there already
    if (call.endedAt === null) throw new AppError("unavailable", "the call goes on");
    const [meeting] = await ctx.tx
      .select()
      .from(meetings)
      .where(and(eq(meetings.businessId, businessId), eq(meetings.id, meetingId), eq(meetings.status, "booked")));
    if (meeting?.customerId == null || Temporal.Instant.compare(meeting.startsAt, deps.clock.instant()) <= 0) return;
    const { customerId, startsAt, topic, sequence } = meeting;
    const key = `meeting:${meetingId}:${sequence}`;
    await tell(deps, ctx, { customerId, startsAt, topic, say: say.confirmation, purpose: "confirmation", key });
  };
  return withTenant(deps.db, businessId, (tx) => run({ businessId, actor: { kind: "system" }, tx }), {
    deadlineMs: limits.jobQueryMs,
  });
}
