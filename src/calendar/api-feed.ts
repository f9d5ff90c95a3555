import { createHash } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { assertFresh } from "../api/fresh.ts";
import { query } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import { AppError } from "../base/errors.ts";
import { parseBusinessId } from "../base/ids.ts";
import { withTenant } from "../db/tenant.ts";
import { audit } from "../tenants/audit.ts";
import type { CalendarApiDeps } from "./api.ts";
import { calendarFeed } from "./feed.ts";
import { feedAddress, opensFeed, renewFeed } from "./feed-address.ts";

// Whoever lacks it is told what every wrong address is told: there is no such feed.
const feedQuery = z.looseObject({ token: z.string().optional() });

const tag = "calendar";
const address = z.object({ address: z.url() });

/**
 * `GET /api/calendar/feed/<business id>.ics?token=…`: the business's meetings as iCalendar, for any calendar that can
 * subscribe. A wrong token and an unknown business are one and the same 404. Its address is the business's to see and
 * to renew.
 */
export const feedRoutes = ({ db, clock, secret, publicBaseUrl }: CalendarApiDeps) =>
  new Hono<ApiEnv>()
    .get(
      "/api/calendar/feed",
      route({
        summary: "The address under which calendars subscribe: a secret",
        tag,
        access: "owner",
        answer: address,
      }),
      async (c) => {
        assertFresh(c, clock.instant()); // whoever has it reads the calendar without a login, for as long as it holds
        const shown = await inTenant(db, c, async (ctx) => {
          await audit(ctx, { action: "calendar.feed_show", subject: "calendar" });
          return feedAddress(ctx, secret, publicBaseUrl());
        });
        return c.json({ address: shown });
      },
    )
    .post(
      "/api/calendar/feed/renew",
      route({ summary: "A new address; the old ones open nothing any more", tag, access: "owner", answer: address }),
      async (c) => {
        assertFresh(c, clock.instant());
        const renewed = await inTenant(db, c, async (ctx) => {
          await renewFeed(ctx);
          await audit(ctx, { action: "calendar.feed_renew", subject: "calendar" });
          return feedAddress(ctx, secret, publicBaseUrl());
        });
        return c.json({ address: renewed });
      },
    )
    .get(
      "/api/calendar/feed/:file",
      route({ summary: "The calendar as iCalendar", tag, access: "public", media: "text/calendar" }),
      query(feedQuery),
      async (c) => {
        const businessId = parseBusinessId(/^(.+)\.ics$/.exec(c.req.param("file"))?.[1] ?? "");
        const { token = "" } = c.req.valid("query");
        if (businessId === null || token === "") throw noFeed();
        const feed = await withTenant(db, businessId, async (tx) => {
          const ctx = { businessId, actor: { kind: "system" as const }, tx };
          return (await opensFeed(ctx, secret, token)) ? calendarFeed(ctx, clock.instant()) : null;
        });
        if (feed === null) throw noFeed();
        const etag = `"${createHash("sha256").update(feed).digest("base64url")}"`;
        const headers = { ETag: etag, "Cache-Control": "private, no-cache" };
        if (namesTag(c.req.header("if-none-match"), etag)) return c.body(null, 304, headers);
        return c.body(feed, 200, { ...headers, "Content-Type": "text/calendar; charset=utf-8" });
      },
    );

const noFeed = () => new AppError("not_found", "no such calendar feed");

/** RFC 9110, 13.1.2: a list, weakly compared (proxies that compress put `W/` before a tag). */
const namesTag = (header: string | undefined, etag: string): boolean =>
  header?.split(",").some((tag) => ["*", etag].includes(tag.trim().replace(/^W\//, ""))) ?? false;
