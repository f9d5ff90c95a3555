import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { assertFresh } from "../api/fresh.ts";
import { json } from "../api/input.ts";
import { instantText } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant, tenantOf } from "../api/tenant.ts";
import type { Ctx } from "../tenants/ctx.ts";
import { lastTellings, ownerPathsChange, readOwnerPaths, saveOwnerPaths } from "./owner-paths.ts";
import { type TellOwnerDeps, testPath } from "./tell-owner.ts";

const tag = "notifications";
const last = z.object({ outcome: z.string(), at: instantText }).nullable();
const paths = z.object({
  whatsapp: z.string().nullable(),
  mail: z.string().nullable(),
  urgentOnly: z.boolean(),
  /** False = the installation has no mail server: nothing goes by mail. */
  hasMail: z.boolean(),
  last: z.object({ whatsapp: last, mail: last }),
});
const tested = z.object({ outcome: z.string() });

/** `/api/notifications/owner`: where the owner is told with the panel closed (O7). */
export function createOwnerApi(deps: TellOwnerDeps) {
  const { db, clock } = deps;
  const shown = async (ctx: Ctx) => ({
    ...(await readOwnerPaths(ctx)),
    hasMail: deps.byMail !== null,
    last: await lastTellings(ctx),
  });
  return new Hono<ApiEnv>()
    .get(
      "/api/notifications/owner",
      route({ summary: "Where the owner is told, and how that went last", tag, access: "owner", answer: paths }),
      async (c) => c.json(await inTenant(db, c, shown)),
    )
    .patch(
      "/api/notifications/owner",
      route({ summary: "Change where the owner is told", tag, access: "owner", answer: paths }),
      json(ownerPathsChange),
      async (c) =>
        c.json(
          await inTenant(db, c, async (ctx) => {
            const change = c.req.valid("json");
            const before = await readOwnerPaths(ctx);
            // Names and times of customers go there: whoever sends them elsewhere says again who they are (K7).
            const { whatsapp, mail } = change;
            if ((whatsapp && whatsapp !== before.whatsapp) || (mail && mail !== before.mail))
              assertFresh(c, clock.instant());
            await saveOwnerPaths(ctx, change);
            return shown(ctx);
          }),
        ),
    )
    .post(
      "/api/notifications/owner/test",
      route({ summary: "Tell the owner something, now", tag, access: "owner", answer: tested }),
      json(z.strictObject({ path: z.enum(["whatsapp", "mail"]) })),
      async (c) => {
        const outcome = await testPath(deps, tenantOf(c), c.req.valid("json").path);
        return c.json({ outcome });
      },
    );
}
