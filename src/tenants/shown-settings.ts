import type { Ctx } from "./ctx.ts";
import { getSettings } from "./settings.ts";
import { transferTarget } from "./transfer-target.ts";

/** What people are shown: without the prompts, which have an area of their own, and what is derived from knowledge. */
export async function shownSettings(ctx: Ctx) {
  const settings = await getSettings(ctx);
  const {
    callPrompt: _call,
    whatsappPrompt: _whatsapp,
    facts: _facts,
    transferVerifiedPhone: _phone,
    ...shown
  } = settings;
  return { ...shown, transferVerified: transferTarget(settings) !== null };
}
