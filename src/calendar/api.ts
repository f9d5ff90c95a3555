import { createHash } from "node:crypto";
import { Hono } from "hono";
import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { parseBusinessId } from "../base/ids.ts";
import type { Database } from "../db/client.ts";
import { withTenant } from "../db/tenant.ts";
import { calendarFeed } from "./feed.ts";
import { opensFeed } from "./feed-address.ts";

export interface CalendarApiDeps {
  db: Database;
  clock: Clock;
  /** The installation's secret, from which the tokens of addresses are made. */
  secret: string;
}

/**
 * `GET /api/calendar/feed/<business id>.ics?token=…`: the business's meetings as iCalendar, for any calendar that can
 * subscribe. A wrong token and an unknown business are one and the same 404.
 */
export function createCalendarApi({ db, clock, secret }: CalendarApiDeps): Hono {
  const api = new Hono();
  api.get("/api/calendar/feed/:file", async (c) => {
    const businessId = parseBusinessId(/^(.+)\.ics$/.exec(c.req.param("file"))?.[1] ?? "");
    const token = c.req.query("token") ?? "";
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
  });
  return api;
}

const noFeed = () => new AppError("not_found", "no such calendar feed");

/** RFC 9110, 13.1.2: a list, weakly compared (proxies that compress put `W/` before a tag). */
const namesTag = (header: string | undefined, etag: string): boolean =>
  header?.split(",").some((tag) => ["*", etag].includes(tag.trim().replace(/^W\//, ""))) ?? false;
