import type { Phone } from "../base/phone.ts";
import { findIdentity } from "../crm/customers/identify.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { offerMessage } from "./queue-message.ts";
import { chatWith } from "./reach.ts";
import { whatsappSettingsOf } from "./settings.ts";
import type { TellDeps } from "./tell-customer.ts";

/**
 * Tells the owner something from the business's own number, in the caller's transaction: "sent" = queued, or why not. Only
 * to a number that has written to the business, which also proves that it is somebody who wants to hear (K20).
 */
export async function tellOwner(
  deps: TellDeps,
  ctx: Ctx,
  { phone, text, key }: { phone: Phone; text: string; key: string },
): Promise<string> {
  const known = await findIdentity(ctx, { kind: "phone", value: phone });
  const chat = known && (await chatWith(ctx, known.customerId));
  if (chat === null) return "never_wrote";
  const now = deps.clock.instant();
  const { provider } = await whatsappSettingsOf(ctx);
  const windowMs = deps.windowMs[provider ?? deps.defaultProvider];
  if (windowMs !== null && now.since(chat.lastInboundAt).total("milliseconds") >= windowMs) return "window_closed";
  const { conversationId } = chat;
  const content = { kind: "text", text } as const;
  const message = { conversationId, purpose: "notice", content, at: now, dedupe: key } as const;
  const offered = await offerMessage(ctx, { ...message, notAfter: now.add({ milliseconds: limits.ownerLateMs }) });
  return offered.kind === "barred" ? offered.code : "sent";
}
