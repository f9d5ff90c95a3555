import { and, eq, sql, sum } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import type { CustomerId } from "../base/ids.ts";
import { messages } from "../db/schema/message.ts";
import { messageMedia } from "../db/schema/message-media.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** A file that wants to be kept. */
export interface WantsRoom {
  bytes: number;
  /** The customer who sent it; null = staff. */
  sentBy: CustomerId | null;
}

/** `over_quota`: the business's files are full; `over_share`: this customer has sent as much as one may. */
export type NoRoom = "over_quota" | "over_share";

/** Bytes that the business's files take up now. */
export async function usedBytes(ctx: Ctx): Promise<number> {
  const [row] = await ctx.tx.select({ bytes }).from(messageMedia).where(isStored(ctx));
  return row?.bytes ?? 0;
}

/** Why the file would not be kept, as things stand; null = it would (K13). Nobody who writes to us can fill all the room. */
export async function noRoomFor(ctx: Ctx, file: WantsRoom): Promise<NoRoom | null> {
  if ((await usedBytes(ctx)) + file.bytes > limits.waMediaQuotaBytes) return "over_quota";
  if (file.sentBy === null) return null;
  return (await bytesOf(ctx, file.sentBy)) + file.bytes > limits.waMediaShareBytes ? "over_share" : null;
}

/**
 * As `noRoomFor`, and until the transaction ends no other file of the business is asked about: of many that come at once
 * only as many are let in as fit together.
 */
export async function takeRoom(ctx: Ctx, file: WantsRoom): Promise<NoRoom | null> {
  await ctx.tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`files ${ctx.businessId}`}, 0))`);
  return noRoomFor(ctx, file);
}

export const overQuota = (): AppError =>
  new AppError("too_large", "the business's files are full", { public: "over_quota" });

const bytes = sum(messageMedia.bytes).mapWith(Number);
const isStored = ({ businessId }: Ctx) =>
  and(eq(messageMedia.businessId, businessId), eq(messageMedia.state, "stored"));

async function bytesOf(ctx: Ctx, customerId: CustomerId): Promise<number> {
  const ofMessage = and(eq(messages.businessId, messageMedia.businessId), eq(messages.id, messageMedia.messageId));
  const sent = and(isStored(ctx), eq(messages.customerId, customerId), eq(messages.author, "customer"));
  const [row] = await ctx.tx.select({ bytes }).from(messageMedia).innerJoin(messages, ofMessage).where(sent);
  return row?.bytes ?? 0;
}
