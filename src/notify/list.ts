import { and, count, desc, eq, isNull, sql } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import { announce } from "../db/announce.ts";
import { isBehind, pageOfRows } from "../db/page-key.ts";
import { notifications } from "../db/schema/notification.ts";
import type { Ctx } from "../tenants/ctx.ts";

/** A page of what is behind the bell, newest first. @throws AppError "invalid" for a cursor that is none. */
export async function listNotifications(ctx: Ctx, query: { limit: number; cursor?: string | undefined }) {
  const { id, kind, title, body, subject, readAt, createdAt } = notifications;
  const rows = await ctx.tx
    .select({ id, kind, title, body, subject, readAt, createdAt })
    .from(notifications)
    .where(and(eq(notifications.businessId, ctx.businessId), isBehind(query.cursor, createdAt, id)))
    .orderBy(desc(createdAt), desc(id))
    .limit(query.limit + 1);
  return pageOfRows(rows, query.limit);
}

/** How many nobody has read: the number on the bell. */
export async function countUnread(ctx: Ctx): Promise<number> {
  const [row] = await ctx.tx.select({ unread: count() }).from(notifications).where(isUnread(ctx));
  return row?.unread ?? 0;
}

const isUnread = (ctx: Ctx) => and(eq(notifications.businessId, ctx.businessId), isNull(notifications.readAt));

/** Marks one as read, or all of them; how many that were. @throws AppError "not_found" for one that is not there. */
export async function markRead(ctx: Ctx, which: { id: string } | "all", now: Temporal.Instant): Promise<number> {
  const read = await ctx.tx
    .update(notifications)
    .set({ readAt: sql`coalesce(${notifications.readAt}, ${now.toString()}::timestamptz)` })
    .where(
      which === "all"
        ? isUnread(ctx)
        : and(eq(notifications.businessId, ctx.businessId), eq(notifications.id, which.id)),
    )
    .returning({ id: notifications.id });
  if (which !== "all" && read.length === 0) throw new AppError("not_found", "no such notification");
  if (read.length > 0) await announce(ctx.tx, { businessId: ctx.businessId, type: "notification", id: read[0]!.id });
  return read.length;
}
