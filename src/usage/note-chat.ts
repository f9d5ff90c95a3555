import { newId } from "../base/ids.ts";
import { usage } from "../db/schema/usage.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** What one answer of a text model consumed. */
export interface ChatConsumption {
  model: string;
  textInputTokens: number;
  cachedTextTokens: number;
  textOutputTokens: number;
}

/** Writes down what text models consumed for one thing, named `about`; what is written twice counts once. */
export async function noteChat(ctx: Ctx, about: string, consumed: readonly ChatConsumption[]): Promise<void> {
  for (const [index, { model, textInputTokens, cachedTextTokens, textOutputTokens }] of consumed.entries())
    await ctx.tx
      .insert(usage)
      .values({
        id: newId(),
        businessId: ctx.businessId,
        key: `${about}:${index}`,
        kind: "chat",
        model,
        textInputTokens,
        cachedTextTokens,
        textOutputTokens,
      })
      .onConflictDoNothing();
}
