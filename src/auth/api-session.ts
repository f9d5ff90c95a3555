import type { Context } from "hono";
import { clientAddress } from "../api/client-address.ts";
import type { ApiEnv, SessionRef } from "../api/env.ts";
import { accessOf, personOf } from "../api/route.ts";
import type { Clock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Database } from "../db/client.ts";
import { withSystem } from "../db/tenant.ts";
import { audit } from "../tenants/audit.ts";
import type { Cookies } from "./cookies.ts";
import type { AskedBy } from "./login.ts";
import { describeMe } from "./me.ts";
import { createPasswords } from "./passwords.ts";
import type { Sessions } from "./session-cache.ts";
import { endSession, endSessionsOf, type NewSession } from "./sessions.ts";

export const authTag = "auth";

export interface AuthApiDeps {
  db: Database;
  cookies: Cookies;
  sessions: Sessions;
  clock: Clock;
  log: Log;
  /** Version of the latest fact that live panels were told (`notify/live`). */
  latestFact: () => string;
}

export type C = Context<ApiEnv>;
export type AuthHelpers = ReturnType<typeof createAuthHelpers>;

/** How a session gets into the browser and out of it: what the routes of this area share. */
export function createAuthHelpers(deps: AuthApiDeps) {
  const { db, cookies, sessions, clock, log } = deps;
  return {
    ...deps,
    entrance: { db, log, passwords: createPasswords() },
    by: (c: C): AskedBy => ({ now: clock.instant(), requestId: c.get("requestId"), address: clientAddress(c) }),
    /** Puts the fresh session into the browser, ends the one it had, and says who is logged in now. */
    async become(c: C, fresh: NewSession | null) {
      const loggedIn = fresh && (await sessions.read(fresh.token));
      if (!loggedIn) throw new AppError("unauthenticated", "the session has ended meanwhile");
      const before = c.get("session");
      if (before) {
        await withSystem(db, (tx) => endSession(tx, before.key));
        sessions.forget(before);
      }
      cookies.setSession(c, fresh.token, fresh.expiresAt);
      return describeMe(db, loggedIn.access, cookies.csrfOf(fresh.token));
    },
    async end(c: C, action: "auth.logout" | "auth.logout_everywhere") {
      const { businessId, name } = accessOf(c);
      const userId = personOf(c);
      const { key } = sessionOf(c);
      await withSystem(db, async (tx) => {
        await (action === "auth.logout" ? endSession(tx, key) : endSessionsOf(tx, userId));
        const actor = { kind: "staff", userId, name } as const;
        await audit({ tx, businessId, actor, requestId: c.get("requestId") }, { action, subject: `user:${userId}` });
      });
      sessions.forget(action === "auth.logout" ? { key } : { userId });
      cookies.clearSession(c);
      log.info("AUTH", action === "auth.logout" ? "logged out" : "logged out everywhere", {
        user: userId,
        request: c.get("requestId"),
      });
    },
  };
}

/** An API key is nobody: it has no password, no session and nothing to leave. */
export function sessionOf(c: C): SessionRef {
  const session = c.get("session");
  if (!session) throw new AppError("forbidden", "only for a person with a session", { public: "needs_session" });
  return session;
}
