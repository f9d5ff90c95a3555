import { and, eq } from "drizzle-orm";
import { z } from "zod";
import { saySlot } from "../assistant/say.he.ts";
import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { BusinessId, CallId, CustomerId } from "../base/ids.ts";
import { localTime } from "../base/local-time.ts";
import { confirmationQueue } from "../calendar/confirm-later.ts";
import type { CustomerNews, MeetingNews, NotTold } from "../calendar/customer-news.ts";
import type { ReminderToSend } from "../calendar/reminder-job.ts";
import type { Database } from "../db/client.ts";
import { businesses } from "../db/schema/business.ts";
import { calls } from "../db/schema/call.ts";
import { meetings } from "../db/schema/meeting.ts";
import { withTenant } from "../db/tenant.ts";
import type { JobHandler } from "../jobs/runner.ts";
import { limits } from "../limits.ts";
import { notify } from "../notify/create.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { ProviderKind } from "./provider.ts";
import { barredFor, type NewOutgoing, offerMessage } from "./queue-message.ts";
import { chatWith } from "./reach.ts";
import { say } from "./say.he.ts";
import { whatsappSettingsOf } from "./settings.ts";

export interface TellDeps {
  clock: Clock;
  defaultProvider: ProviderKind;
  /** Within how long after a customer's message a provider takes free text; null = always. */
  windowMs: Readonly<Record<ProviderKind, number | null>>;
}

/** What became of a wish to tell a customer something; the other outcomes are for staff to know. */
export type Told = "told" | NotTold;

/**
 * Reminds a customer of a meeting by WhatsApp (C9), in the caller's transaction: in words, or outside the provider's window
 * by the business's template. Somebody who never wrote or opted out is not written to (K20).
 */
export function remindCustomer(deps: TellDeps, ctx: Ctx, reminder: ReminderToSend): Promise<Told> {
  const { reminderId, meetingId, customerId, startsAt, topic, goodUntil } = reminder;
  const about = { about: "reminder", key: `reminder:${reminderId}`, notAfter: goodUntil } as const;
  return tell(deps, ctx, { meetingId, customerId, startsAt, topic, ...about });
}

/** How a customer hears by WhatsApp of what staff does to a meeting; under the same rules as a reminder. */
export const createCustomerNews = (deps: TellDeps): CustomerNews => ({
  async preview(ctx, news) {
    const { text, message } = await plan(deps, ctx, tellingOf(news));
    if (typeof message === "string") return { text, isTemplate: false, refused: message };
    const barred = await barredFor(ctx, message);
    const isTemplate = message.content.kind === "template";
    return { text, isTemplate, refused: barred === null ? null : "not_allowed" };
  },
  tell: (ctx, news) => tell(deps, ctx, tellingOf(news)),
});

const tellingOf = ({ kind, customerId, startsAt, topic, meetingId, sequence }: MeetingNews): Telling => ({
  ...{ meetingId, customerId, startsAt, topic },
  about: kind,
  key: `${kind}:${meetingId}:${sequence}`,
  // That there is none is true for ever.
  notAfter: kind === "cancelled" ? null : startsAt,
});

interface Telling {
  meetingId: string;
  customerId: CustomerId;
  startsAt: Temporal.Instant;
  topic: string | null;
  about: "reminder" | "confirmation" | MeetingNews["kind"];
  key: string;
  /** From then on it helps nobody; null = it always does. */
  notAfter: Temporal.Instant | null;
}

async function tell(deps: TellDeps, ctx: Ctx, telling: Telling): Promise<Told> {
  const { message } = await plan(deps, ctx, telling);
  if (typeof message === "string") return message;
  const outcome = await offerMessage(ctx, message);
  return outcome.kind === "barred" ? "not_allowed" : "told";
}

/** What would go, in words, and the message that says it, or why there is none. */
async function plan(
  deps: TellDeps,
  ctx: Ctx,
  telling: Telling,
): Promise<{ text: string; message: NewOutgoing | NotTold }> {
  const now = deps.clock.instant();
  const { about, key: dedupe, meetingId, notAfter } = telling;
  const parts = await partsOf(ctx, telling, now);
  const text = say[about](...parts);
  const chat = await chatWith(ctx, telling.customerId);
  if (chat === null) return { text, message: "never_wrote" };
  const settings = await whatsappSettingsOf(ctx);
  const windowMs = deps.windowMs[settings.provider ?? deps.defaultProvider];
  const isClosed = windowMs !== null && now.since(chat.lastInboundAt).total("milliseconds") >= windowMs;
  const purpose = about === "reminder" ? about : "confirmation";
  const { conversationId } = chat;
  const message = { conversationId, purpose, at: now, dedupe, meetingId, notAfter } as const;
  if (!isClosed) return { text, message: { ...message, content: { kind: "text", text } } };
  // What is agreed is in the template's words; for an end there are none.
  const templateId = about === "cancelled" ? null : settings[`${purpose}Template`];
  if (templateId === null) return { text, message: "no_template" };
  const content = { kind: "template", templateId, variables: variablesOf(parts) } as const;
  return { text: say[purpose](...parts), message: { ...message, content } };
}

/** What, at which business, when: in this order also the three variables of a template. */
type Parts = [what: string, business: string, when: string];

async function partsOf(ctx: Ctx, { topic, startsAt, about }: Telling, now: Temporal.Instant): Promise<Parts> {
  const [business] = await ctx.tx
    .select({ name: businesses.name, zone: businesses.timezone })
    .from(businesses)
    .where(eq(businesses.id, ctx.businessId));
  if (business === undefined) throw new AppError("not_found", "no such business");
  const today = now.toZonedDateTimeISO(business.zone).toPlainDate();
  const day = startsAt.toZonedDateTimeISO(business.zone).toPlainDate();
  // A reminder goes out on this day or not at all. The others may wait, and "tomorrow" would become another day.
  const isNear = today.until(day).days <= 1;
  const from = about === "reminder" || !isNear ? today : day.subtract({ days: 2 });
  return [topic ?? say.meeting, business.name, saySlot(localTime(startsAt, business.zone), from)];
}

/** WhatsApp refuses variables that are empty or hold line breaks. */
const variablesOf = (parts: Parts): Record<string, string> =>
  Object.fromEntries(parts.map((part, index) => [String(index + 1), part.replace(/\s+/g, " ").trim() || "-"]));

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
      .where(and(eq(meetings.businessId, businessId), eq(meetings.id, meetingId), eq(meetings.status, "booked")))
      .for("share"); // who moves or cancels it meanwhile finds the message, and takes it back
    if (meeting?.customerId == null || Temporal.Instant.compare(meeting.startsAt, deps.clock.instant()) <= 0) return;
    const { customerId, startsAt, topic, sequence } = meeting;
    const key = `meeting:${meetingId}:${sequence}`;
    const telling = { meetingId, customerId, startsAt, topic, about: "confirmation", key, notAfter: startsAt } as const;
    const outcome = await tell(deps, ctx, telling);
    if (outcome === "no_template")
      await notify(ctx, {
        kind: "whatsapp_failed",
        title: say.failed,
        body: say.notTold.no_template,
        subject: `customer:${customerId}:${key}`,
      });
  };
  return withTenant(deps.db, businessId, (tx) => run({ businessId, actor: { kind: "system" }, tx }), {
    deadlineMs: limits.jobQueryMs,
  });
}
