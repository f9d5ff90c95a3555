import { newId } from "../base/ids.ts";
import { announce } from "../db/announce.ts";
import { type NotificationKind, notifications } from "../db/schema/notification.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { tellOwnerLater } from "./owner-paths.ts";
import { pushLater } from "./push-later.ts";

export interface NewNotification {
  kind: NotificationKind;
  title: string;
  body?: string;
  /** What it is about, e.g. `task:<id>`. The same kind about the same subject is told once. */
  subject: string;
}

/** A line behind the bell of the business. False when it had been told before. */
export async function notify(ctx: Ctx, input: NewNotification): Promise<boolean> {
  const [row] = await ctx.tx
    .insert(notifications)
    .values({ id: newId(), businessId: ctx.businessId, ...input })
    .onConflictDoNothing()
    .returning({ id: notifications.id });
  if (row) {
    await announce(ctx.tx, { businessId: ctx.businessId, type: "notification", id: row.id });
    await pushLater(ctx, row.id);
    await tellOwnerLater(ctx, row.id, input.kind);
  }
  return row !== undefined;
}
