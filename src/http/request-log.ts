import type { MiddlewareHandler } from "hono";
import { requestId } from "hono/request-id";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { onBehalfOf } from "../base/on-behalf.ts";
import { loggedPath } from "./logged-path.ts";

// Slower answers than this are worth a line at info; Twilio waits 15 s, a person about one.
const slowMs = 1_000;

/** One line per request: debug when all is well, info when slow, warn from status 500 on. The id is answered as X-Request-Id. */
export function requestLog(log: Log, clock: Clock): MiddlewareHandler[] {
  const line: MiddlewareHandler = async (c, next) => {
    const startedMs = clock.nowMs();
    await onBehalfOf({ request: c.get("requestId") }, next);
    c.res.headers.set("X-Request-Id", c.get("requestId")); // an answer that is no `c.body` loses what was set before
    const ms = Math.round(clock.nowMs() - startedMs);
    const path = loggedPath(c.req.path);
    const fields = { method: c.req.method, path, status: c.res.status, ms, request: c.get("requestId") };
    if (c.res.status >= 500) log.warn("HTTP", "answered", fields);
    else if (ms >= slowMs) log.info("HTTP", "answered slowly", fields);
    else log.debug("HTTP", "answered", fields);
  };
  return [requestId(), line];
}
