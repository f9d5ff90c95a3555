import { and, eq, sql, sum } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { messageMedia } from "../db/schema/message-media.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** Bytes that the business's files take up now. */
export async function usedBytes(ctx: Ctx): Promise<number> {
  const [row] = await ctx.tx
    .select({ bytes: sum(messageMedia.bytes).mapWith(Number) })
    .from(messageMedia)
    .where(and(eq(messageMedia.businessId, ctx.businessId), eq(messageMedia.state, "stored")));
  return row?.bytes ?? 0;
}

/**
 * Whether one more file of so many bytes fits into the business's room (K13). Until the transaction ends no other file of
 * the business is asked about: of many that come at once only as many are let in as fit together.
 */
export async function hasRoomFor(ctx: Ctx, bytes: number): Promise<boolean> {
  await ctx.tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`files ${ctx.businessId}`}, 0))`);
  return (await usedBytes(ctx)) + bytes <= limits.waMediaQuotaBytes;
}

export const overQuota = (): AppError =>
  new AppError("too_large", "the business's files are full", { public: "over_quota" });
