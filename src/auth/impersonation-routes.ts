import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { json } from "../api/input.ts";
import { accessOf, route } from "../api/route.ts";
import type { BusinessId } from "../base/ids.ts";
import { type AuthHelpers, type C, sessionOf, authTag as tag } from "./api-session.ts";
import { type Impersonation, startImpersonation, stopImpersonation } from "./impersonation.ts";
import { meAnswer } from "./me.ts";

/** A system_admin enters a business and leaves it (S3). */
export function createImpersonationRoutes({ db, log, become }: AuthHelpers) {
  const asked = (c: C): Impersonation => ({
    db,
    log,
    access: accessOf(c),
    session: sessionOf(c),
    requestId: c.get("requestId"),
  });
  return new Hono<ApiEnv>()
    .post(
      "/api/auth/impersonation",
      route({ summary: "Enter a business as system_admin", tag, access: "admin", answer: meAnswer }),
      json(z.strictObject({ businessId: z.uuid() })),
      async (c) => {
        const businessId = c.req.valid("json").businessId as BusinessId;
        return c.json(await become(c, await startImpersonation(asked(c), businessId)));
      },
    )
    .delete(
      "/api/auth/impersonation",
      route({ summary: "Leave the business", tag, access: "admin", answer: meAnswer }),
      async (c) => c.json(await become(c, await stopImpersonation(asked(c)))),
    );
}
