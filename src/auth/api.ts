import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { json } from "../api/input.ts";
import { accessOf, route } from "../api/route.ts";
import { type AuthApiDeps, createAuthHelpers, authTag as tag } from "./api-session.ts";
import { createImpersonationRoutes } from "./impersonation-routes.ts";
import { login } from "./login.ts";
import { askedMe, describeMe, meAnswer } from "./me.ts";
import { createPasswordRoutes } from "./password-routes.ts";
import { givenPassword } from "./passwords.ts";
import { emailText } from "./users.ts";

const loginBody = z.strictObject({ email: emailText, password: givenPassword });

/** `/api/auth/*`: who is logged in, and how that begins and ends (S1-S3). */
export function createAuthApi(deps: AuthApiDeps) {
  const { db, cookies, latestFact } = deps;
  const helpers = createAuthHelpers(deps);
  const { entrance, by, become, end } = helpers;
  return new Hono<ApiEnv>()
    .get("/api/auth/me", route({ summary: "Who is logged in", tag, access: "user", answer: askedMe }), async (c) => {
      const latest = latestFact();
      const token = c.get("session") ? cookies.readSession(c) : null;
      const me = await describeMe(db, accessOf(c), token === null ? null : cookies.csrfOf(token));
      return c.json({ ...me, latest });
    })
    .get(
      "/api/auth/csrf",
      route({
        summary: "The token that logging in needs",
        tag,
        access: "public",
        answer: z.object({ csrf: z.string() }),
      }),
      (c) => {
        const token = c.get("session") ? cookies.readSession(c) : null;
        return c.json({ csrf: token === null ? cookies.strangerCsrf(c) : cookies.csrfOf(token) });
      },
    )
    .post(
      "/api/auth/login",
      route({ summary: "Log in", tag, access: "public", answer: meAnswer }),
      json(loginBody),
      async (c) => c.json(await become(c, await login(entrance, c.req.valid("json"), by(c)))),
    )
    .post("/api/auth/logout", route({ summary: "Log out", tag, access: "user", person: true }), async (c) => {
      await end(c, "auth.logout");
      return c.body(null, 204);
    })
    .post(
      "/api/auth/logout-everywhere",
      route({ summary: "Log out in every browser", tag, access: "user", person: true }),
      async (c) => {
        await end(c, "auth.logout_everywhere");
        return c.body(null, 204);
      },
    )
    .route("/", createPasswordRoutes(helpers))
    .route("/", createImpersonationRoutes(helpers));
}
