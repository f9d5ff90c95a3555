import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { json, param, query } from "../api/input.ts";
import { instantText, pageOf, pageQuery } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import { optionalText } from "../api/text.ts";
import type { Database } from "../db/client.ts";
import { createIdentitiesApi } from "./api-identities.ts";
import { createNotesApi } from "./api-notes.ts";
import { readCustomer, requireCustomer } from "./customers/read-customer.ts";
import { nameChars, renameCustomer } from "./customers/rename.ts";
import { customerParam, identityShape, leadShape, customerTag as tag } from "./shapes.ts";
import { timeline, timelineKinds } from "./timeline/timeline.ts";

const merge = z.object({
  id: z.uuid(),
  mergedId: z.uuid(),
  proof: z.string(),
  mergedByName: z.string(),
  createdAt: instantText,
});
const customer = z.object({
  id: z.uuid(),
  name: z.string().nullable(),
  namedBy: z.enum(["staff", "assistant", "system"]).nullable(),
  createdAt: instantText,
  updatedAt: instantText,
  identities: z.array(identityShape),
  lead: leadShape.nullable(),
  merges: z.array(merge),
});
const entry = z.object({
  kind: z.enum(timelineKinds),
  id: z.uuid(),
  at: instantText,
  local: z.string(),
  author: z.string(),
  status: z.string().nullable(),
  text: z.string().nullable(),
});
const change = z.strictObject({ name: optionalText(nameChars) });

/** `/api/customers`: one person with all identities (A9) and all that happened with them (C2). */
export function createCustomersApi({ db }: { db: Database }) {
  return new Hono<ApiEnv>()
    .get(
      "/api/customers/:id",
      route({ summary: "One customer", tag, access: "staff", answer: customer }),
      param(customerParam),
      async (c) => c.json(await inTenant(db, c, (ctx) => readCustomer(ctx, c.req.valid("param").id))),
    )
    .patch(
      "/api/customers/:id",
      route({
        summary: "Rename a customer: the assistant leaves this name alone",
        tag,
        access: "staff",
        answer: customer,
      }),
      param(customerParam),
      json(change),
      async (c) => {
        const [{ id }, { name }] = [c.req.valid("param"), c.req.valid("json")];
        const renamed = await inTenant(db, c, async (ctx) => {
          await renameCustomer(ctx, id, name);
          return readCustomer(ctx, id);
        });
        return c.json(renamed);
      },
    )
    .get(
      "/api/customers/:id/timeline",
      route({ summary: "Everything with a customer, newest first", tag, access: "staff", answer: pageOf(entry) }),
      param(customerParam),
      query(pageQuery),
      async (c) => {
        const [{ id }, { limit, cursor: before }] = [c.req.valid("param"), c.req.valid("query")];
        const { entries, next } = await inTenant(db, c, async (ctx) => {
          await requireCustomer(ctx, id);
          return timeline(ctx, id, { limit, before });
        });
        return c.json({ items: entries, next });
      },
    )
    .route("/", createIdentitiesApi({ db }))
    .route("/", createNotesApi({ db }));
}
