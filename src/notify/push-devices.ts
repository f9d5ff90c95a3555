import { and, eq } from "drizzle-orm";
import { AppError, tooMany } from "../base/errors.ts";
import { newId, type UserId } from "../base/ids.ts";
import { announce } from "../db/announce.ts";
import { pushSubscriptions } from "../db/schema/push-subscription.ts";
import { users } from "../db/schema/user.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { PushDevice } from "./web-push.ts";

export type NewDevice = PushDevice & { language: "he" | "en" };

/**
 * A person's device is told from now on; the same device again takes its newer keys and belongs to whoever asked last.
 * @throws AppError "forbidden" for somebody who is not of this business, "invalid" when a person has too many.
 */
export async function addDevice(ctx: Ctx, userId: UserId, device: NewDevice): Promise<void> {
  const { businessId, tx } = ctx;
  const [person] = await tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, userId), eq(users.businessId, businessId)))
    .for("update"); // two at once would both be the last that fits
  if (!person) throw new AppError("forbidden", "not a person of this business", { public: "own_business_only" });
  const mine = await devicesOf(ctx, userId);
  const isKnown = mine.some(({ endpoint }) => endpoint === device.endpoint);
  if (mine.length >= limits.pushDevicesMax && !isKnown) throw tooMany("devices", "endpoint");
  const { endpoint, ...rest } = device;
  await tx
    .insert(pushSubscriptions)
    .values({ id: newId(), businessId, userId, ...device })
    .onConflictDoUpdate({
      target: [pushSubscriptions.businessId, pushSubscriptions.endpoint],
      set: { userId, ...rest },
    });
  // A device tells of itself whenever its panel opens: that is no news.
  if (!isKnown) await announce(tx, { businessId, type: "team", id: userId });
}

/** The person's own devices. */
export const devicesOf = (ctx: Ctx, userId: UserId) => ctx.tx.select().from(pushSubscriptions).where(isOf(ctx, userId));

const isOf = ({ businessId }: Ctx, userId: UserId) =>
  and(eq(pushSubscriptions.businessId, businessId), eq(pushSubscriptions.userId, userId));

/** The device is told nothing more; nothing happens for one that is not the person's. */
export async function removeDevice(ctx: Ctx, userId: UserId, endpoint: string): Promise<void> {
  await ctx.tx.delete(pushSubscriptions).where(and(isOf(ctx, userId), eq(pushSubscriptions.endpoint, endpoint)));
  await announce(ctx.tx, { businessId: ctx.businessId, type: "team", id: userId });
}

/** Devices of everybody who works in the business. */
export const devicesOfBusiness = ({ tx, businessId }: Ctx) =>
  tx
    .select({ id: pushSubscriptions.id })
    .from(pushSubscriptions)
    .innerJoin(users, eq(users.id, pushSubscriptions.userId))
    .where(
      and(eq(pushSubscriptions.businessId, businessId), eq(users.businessId, businessId), eq(users.status, "active")),
    );
