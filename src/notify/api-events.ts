import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { query } from "../api/input.ts";
import { route } from "../api/route.ts";
import { tenantOf } from "../api/tenant.ts";
import { AppError } from "../base/errors.ts";
import type { LiveHub } from "./live.ts";

/** What `http/server` hands to every request. */
interface ServerEnv {
  server?: { timeout(request: Request, seconds: number): void };
}

export interface EventsApiDeps {
  hub: LiveHub;
  /** False when the session has ended. */
  hasSession(key: string): Promise<boolean>;
}

// The browser itself says what it heard last when it comes back; a page that opens its first stream says it here.
const eventsQuery = z.strictObject({ since: z.string().max(100).optional() });

/**
 * `GET /api/events`: one stream per open panel (text/event-stream). Messages are `{"type","id","version"}`: read it again.
 * `type` "reset" = facts were missed, read everything again. `moment` events carry data that is worth nothing later. With
 * `since` (`latest` of `/api/auth/me`) it begins with what happened meanwhile. The stream ends with the session, and when
 * the session changes its business.
 */
export function createEventsApi({ hub, hasSession }: EventsApiDeps) {
  return new Hono<ApiEnv>().get(
    "/api/events",
    route({
      summary: "What changes, as it changes",
      tag: "live",
      access: "staff",
      person: true,
      media: "text/event-stream",
    }),
    query(eventsQuery),
    (c) => {
      const session = c.get("session");
      if (!session) throw new AppError("forbidden", "only for a person with a session", { public: "needs_session" });
      const { server } = (c.env ?? {}) as ServerEnv;
      server?.timeout(c.req.raw, 0); // quiet for longer than any request may be
      const owner = { businessId: tenantOf(c), sessionKey: session.key, expiresAt: session.expiresAt };
      const stream = hub.open(owner, c.req.header("last-event-id") ?? c.req.valid("query").since ?? null);
      // It may have ended while the stream was not yet there to be told so.
      void hasSession(session.key).then(
        (stillThere) => stillThere || hub.endSession(session.key),
        () => hub.endSession(session.key),
      );
      return c.body(stream, 200, {
        "Content-Type": "text/event-stream; charset=utf-8",
        "Cache-Control": "no-store, no-transform",
        "X-Accel-Buffering": "no",
      });
    },
  );
}
