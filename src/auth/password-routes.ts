import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { assertFresh } from "../api/fresh.ts";
import { json } from "../api/input.ts";
import { personOf, route } from "../api/route.ts";
import { withSystem } from "../db/tenant.ts";
import { type AuthHelpers, sessionOf, authTag as tag } from "./api-session.ts";
import { acceptLink, changePassword, confirmPassword, throttleLinks } from "./choose-password.ts";
import { lookAtLink } from "./links.ts";
import { meAnswer } from "./me.ts";
import { givenPassword, newPassword } from "./passwords.ts";
import { rotateSession } from "./sessions.ts";
import { emailText, personName } from "./users.ts";

const linkToken = z.strictObject({ token: z.string().min(20).max(100) });
const linkOwner = z.object({ email: z.string(), name: z.string(), purpose: z.enum(["invite", "reset"]) });
const acceptBody = linkToken.extend({
  password: newPassword,
  email: emailText.optional(),
  name: personName.optional(),
});

/** Choosing a password: by link, or knowing the present one. */
export function createPasswordRoutes({ db, clock, entrance, by, become }: AuthHelpers) {
  return new Hono<ApiEnv>()
    .post(
      "/api/auth/password",
      route({
        summary: "Change one's password; other browsers are logged out",
        tag,
        access: "user",
        person: true,
        answer: meAnswer,
      }),
      json(z.strictObject({ current: givenPassword, next: newPassword })),
      async (c) => c.json(await become(c, await changePassword(entrance, personOf(c), c.req.valid("json"), by(c)))),
    )
    .get(
      "/api/auth/confirm",
      route({ summary: "Whether a sensitive act would be let through as it is", tag, access: "user", person: true }),
      (c) => {
        assertFresh(c, clock.instant());
        return c.body(null, 204);
      },
    )
    .post(
      "/api/auth/confirm",
      route({
        summary: "Give the password again, before a sensitive act",
        tag,
        access: "user",
        person: true,
        answer: meAnswer,
      }),
      json(z.strictObject({ current: givenPassword })),
      async (c) => {
        await confirmPassword(entrance, personOf(c), c.req.valid("json").current, by(c));
        const confirmedAt = clock.instant();
        return c.json(
          await become(c, await withSystem(db, (tx) => rotateSession(tx, sessionOf(c).key, { confirmedAt }))),
        );
      },
    )
    .post(
      "/api/auth/link/look",
      route({ summary: "Whose link this is, without using it", tag, access: "public", answer: linkOwner }),
      json(linkToken),
      async (c) => {
        await throttleLinks(db, by(c));
        const owner = await withSystem(db, (tx) => lookAtLink(tx, c.req.valid("json").token, clock.instant()));
        return c.json({ email: owner.email, name: owner.name, purpose: owner.purpose });
      },
    )
    .post(
      "/api/auth/link/accept",
      route({ summary: "Choose a password by link, once, and be logged in", tag, access: "public", answer: meAnswer }),
      json(acceptBody),
      async (c) => c.json(await become(c, await acceptLink(entrance, c.req.valid("json"), by(c)))),
    );
}
