import type { Ctx } from "../tenants/ctx.ts";
import type { Chat } from "./chat.ts";
import { whatsappSettingsOf } from "./settings.ts";
import { silence } from "./takeover.ts";

/** W11: somebody of the business writes on its own handset, so the assistant is silent in that chat for a while. */
export async function silenceByHandset(ctx: Ctx, chat: Chat, sentAt: string, now: Temporal.Instant): Promise<void> {
  const { silenceMinutes } = await whatsappSettingsOf(ctx);
  const said = Temporal.Instant.from(sentAt);
  const from = Temporal.Instant.compare(said, now) > 0 ? now : said;
  const until = from.add({ minutes: silenceMinutes });
  if (Temporal.Instant.compare(until, now) <= 0) return; // written long ago, told only now
  await silence(ctx, chat.conversationId, { kind: "handset", name: "handset", until });
}
