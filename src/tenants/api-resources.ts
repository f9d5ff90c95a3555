import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { idParam, json } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import type { Clock } from "../base/clock.ts";
import type { Database } from "../db/client.ts";
import type { Ctx } from "./ctx.ts";
import {
  addResource,
  changeResource,
  listResources,
  newResource,
  removeResource,
  resourceChange,
} from "./resources.ts";

const resource = z.object({ id: z.uuid(), name: z.string(), active: z.boolean(), position: z.int() });
const resources = z.object({ items: z.array(resource) });

/** `/api/resources`: the people and rooms that can be booked, each with a calendar of its own. */
export const resourceRoutes = ({ db, clock }: { db: Database; clock: Clock }) =>
  new Hono<ApiEnv>()
    .get(
      "/api/resources",
      route({ summary: "Who can be booked", tag: "resources", access: "staff", answer: resources }),
      async (c) => c.json({ items: await inTenant(db, c, listResources) }),
    )
    .post(
      "/api/resources",
      route({ summary: "Add a calendar", tag: "resources", access: "owner", answer: resource, status: 201 }),
      json(newResource),
      async (c) =>
        c.json(
          await inTenant(db, c, async (ctx) => oneResource(ctx, await addResource(ctx, c.req.valid("json").name))),
          201,
        ),
    )
    .patch(
      "/api/resources/:id",
      route({ summary: "Rename, reorder or close a calendar", tag: "resources", access: "owner", answer: resource }),
      idParam(),
      json(resourceChange),
      async (c) =>
        c.json(
          await inTenant(db, c, async (ctx) => {
            const { id } = c.req.valid("param");
            await changeResource(ctx, id, c.req.valid("json"));
            return oneResource(ctx, id);
          }),
        ),
    )
    .delete(
      "/api/resources/:id",
      route({ summary: "Remove a calendar that never had a meeting", tag: "resources", access: "owner" }),
      idParam(),
      async (c) => {
        await inTenant(db, c, (ctx) => removeResource(ctx, c.req.valid("param").id, clock.instant()));
        return c.body(null, 204);
      },
    );

async function oneResource(ctx: Ctx, id: string) {
  return (await listResources(ctx)).find((resource) => resource.id === id)!;
}
