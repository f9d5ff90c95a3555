import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { idParam, query } from "../api/input.ts";
import { instantText, pageOf, pageQuery } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import type { Clock } from "../base/clock.ts";
import type { Database } from "../db/client.ts";
import { countUnread, listNotifications, markRead } from "./list.ts";

const tag = "notifications";
const notification = z.object({
  id: z.uuid(),
  kind: z.string(),
  title: z.string(),
  body: z.string().nullable(),
  subject: z.string(),
  readAt: instantText.nullable(),
  createdAt: instantText,
});
const bell = pageOf(notification).extend({ unread: z.int() });
const marked = z.object({ marked: z.int() });

/** `/api/notifications`: the bell of the request's business (C4). */
export function createNotificationsApi({ db, clock }: { db: Database; clock: Clock }) {
  return new Hono<ApiEnv>()
    .get(
      "/api/notifications",
      route({ summary: "The bell, newest first", tag, access: "staff", answer: bell }),
      query(pageQuery),
      async (c) =>
        c.json(
          await inTenant(db, c, async (ctx) => ({
            ...(await listNotifications(ctx, c.req.valid("query"))),
            unread: await countUnread(ctx),
          })),
        ),
    )
    .post(
      "/api/notifications/read",
      route({ summary: "Mark all as read", tag, access: "staff", answer: marked }),
      async (c) => c.json({ marked: await inTenant(db, c, (ctx) => markRead(ctx, "all", clock.instant())) }),
    )
    .post(
      "/api/notifications/:id/read",
      route({ summary: "Mark one as read", tag, access: "staff", answer: marked }),
      idParam(),
      async (c) =>
        c.json({ marked: await inTenant(db, c, (ctx) => markRead(ctx, c.req.valid("param"), clock.instant())) }),
    );
}
