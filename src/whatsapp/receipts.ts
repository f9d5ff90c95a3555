import { and, eq, inArray, or, sql } from "drizzle-orm";
import { announce } from "../db/announce.ts";
import { type MessageState, messages } from "../db/schema/message.ts";
import { publish } from "../jobs/publish.ts";
import { notify } from "../notify/create.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { Receipt } from "./provider.ts";
import { say } from "./say.he.ts";

/** From which states a report may move a message: only forward, whatever the order in which reports come. */
const from: Record<Receipt["state"], MessageState[]> = {
  sent: ["queued", "sending", "unknown", "failed", "cancelled"],
  delivered: ["queued", "sending", "unknown", "failed", "cancelled", "sent"],
  read: ["queued", "sending", "unknown", "failed", "cancelled", "sent", "delivered"],
  failed: ["queued", "sending", "unknown", "sent"],
};

const column = { sent: "sentAt", delivered: "deliveredAt", read: "readAt", failed: "failedAt" } as const;

/** Notes what became of a message that we sent. False when it is not ours, or knew more already. */
export async function applyReceipt(ctx: Ctx, receipt: Receipt): Promise<boolean> {
  const { providerId, messageId, state, code, at } = receipt;
  const when = Temporal.Instant.from(at);
  const [changed] = await ctx.tx
    .update(messages)
    .set({
      state,
      reason: state === "failed" ? code : null,
      providerId: sql`coalesce(${messages.providerId}, ${providerId})`,
      [column[state]]: when,
      ...(state === "failed" ? {} : { sentAt: sql`coalesce(${messages.sentAt}, ${at}::timestamptz)` }),
      ...(state === "sent" ? { sentAt: when } : {}),
      nextAt: null,
    })
    .where(
      and(
        eq(messages.businessId, ctx.businessId),
        or(eq(messages.providerId, providerId), messageId === null ? undefined : eq(messages.id, messageId)),
        inArray(messages.state, from[state]),
      ),
    )
    .returning({ id: messages.id, conversationId: messages.conversationId, body: messages.body });
  if (changed === undefined) return false;
  // Of one whose sending had an unknown end, the receipt is the first to say that it is out.
  if (state === "sent" || state === "delivered") await publish(ctx, "message.sent", changed.id);
  if (state === "failed") await tellFailure(ctx, changed.id, code ?? "failed");
  await announce(ctx.tx, { businessId: ctx.businessId, type: "conversation", id: changed.conversationId });
  return true;
}

/** A message that did not go out is for a person to see. Once per message. */
export const tellFailure = (ctx: Ctx, messageId: string, code: string): Promise<void> =>
  tellEnd(ctx, messageId, { title: say.failed, body: say.reasons[code] ?? say.otherReason(figureIn(code)) });

const figureIn = (code: string): string | null => /\d+$/.exec(code)?.[0] ?? null;

/** One that may have gone out too: whoever took it for lost would send it twice. */
export const tellUnknown = (ctx: Ctx, messageId: string): Promise<void> => tellEnd(ctx, messageId, say.unknownEnd);

async function tellEnd(ctx: Ctx, messageId: string, words: { title: string; body: string }): Promise<void> {
  await notify(ctx, { kind: "whatsapp_failed", ...words, subject: `message:${messageId}` });
}
