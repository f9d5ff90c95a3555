import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { assertFresh } from "../api/fresh.ts";
import { idParam, json } from "../api/input.ts";
import { instantText } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import type { IntegrationsApiDeps } from "./api.ts";
import { listKeys, makeKey, newKey, revokeKey } from "./keys.ts";

const tag = "keys";
const key = z.object({
  id: z.uuid(),
  name: z.string(),
  scope: z.enum(["read", "write"]),
  hint: z.string(),
  madeBy: z.string(),
  lastUsedAt: instantText.nullable(),
  revokedAt: instantText.nullable(),
  createdAt: instantText,
});
const madeKey = key.extend({ key: z.string() });

/** `/api/keys`: by which programs use this API. */
export const keyRoutes = ({ db, clock }: Pick<IntegrationsApiDeps, "db" | "clock">) =>
  new Hono<ApiEnv>()
    .get(
      "/api/keys",
      route({ summary: "Keys of the API", tag, access: "owner", answer: z.object({ items: z.array(key) }) }),
      async (c) => c.json({ items: await inTenant(db, c, listKeys) }),
    )
    .post(
      "/api/keys",
      route({ summary: "Make a key; it is shown this once", tag, access: "owner", answer: madeKey, status: 201 }),
      json(newKey),
      async (c) => {
        assertFresh(c, clock.instant());
        return c.json(await inTenant(db, c, (ctx) => makeKey(ctx, c.req.valid("json"))), 201);
      },
    )
    .delete("/api/keys/:id", route({ summary: "Revoke a key", tag, access: "owner" }), idParam(), async (c) => {
      await inTenant(db, c, (ctx) => revokeKey(ctx, c.req.valid("param").id));
      return c.body(null, 204);
    });
