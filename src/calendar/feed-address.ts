import { createHmac, timingSafeEqual } from "node:crypto";
import { and, eq, sql } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import { businesses } from "../db/schema/business.ts";
import { calendarRules } from "../db/schema/working-hours.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** A feed's address carries this: it opens one business's calendar, until the business asks for a new address. */
const tokenOf = (secret: string, businessId: BusinessId, version: number): string =>
  createHmac("sha256", secret).update(`calendar-feed ${businessId} ${version}`).digest("base64url");

/**
 * Where calendars subscribe. The token stands in the query, which no log of ours holds.
 * @throws AppError "not_found" when there is no such business.
 */
export async function feedAddress(ctx: Ctx, secret: string, publicBaseUrl: string): Promise<string> {
  const version = await feedVersion(ctx);
  if (version === null) throw new AppError("not_found", `no business ${ctx.businessId}`);
  return `${publicBaseUrl}/api/calendar/feed/${ctx.businessId}.ics?token=${tokenOf(secret, ctx.businessId, version)}`;
}

/** Ends every address given out so far. */
export async function renewFeed({ tx, businessId }: Ctx): Promise<void> {
  await tx
    .insert(calendarRules)
    .values({ businessId, feedVersion: 2 })
    .onConflictDoUpdate({
      target: calendarRules.businessId,
      set: { feedVersion: sql`${calendarRules.feedVersion} + 1` },
    });
}

/** True when `token` opens this business's feed now; compared in constant time. */
export async function opensFeed(ctx: Ctx, secret: string, token: string): Promise<boolean> {
  const version = await feedVersion(ctx);
  const right = Buffer.from(tokenOf(secret, ctx.businessId, version ?? 0));
  const given = Buffer.from(token);
  return given.length === right.length && timingSafeEqual(given, right) && version !== null;
}

/** Null when the business is not there or not active. */
async function feedVersion({ tx, businessId }: Ctx): Promise<number | null> {
  const [row] = await tx
    .select({ version: calendarRules.feedVersion })
    .from(businesses)
    .leftJoin(calendarRules, eq(calendarRules.businessId, businesses.id))
    .where(and(eq(businesses.id, businessId), eq(businesses.status, "active")));
  return row ? (row.version ?? 1) : null;
}
