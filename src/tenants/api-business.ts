import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { assertFresh } from "../api/fresh.ts";
import { json, param } from "../api/input.ts";
import { instantText } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import type { Clock } from "../base/clock.ts";
import { phoneText } from "../base/phone-text.ts";
import type { Database } from "../db/client.ts";
import { businessChange, changeBusiness, readBusiness } from "./business.ts";
import type { FollowRules } from "./hours.ts";
import { addNumber, listNumbers, removeNumber } from "./numbers.ts";

const business = z.object({
  id: z.uuid(),
  name: z.string(),
  timezone: z.string(),
  city: z.string().nullable(),
  languages: z.array(z.string()),
  status: z.enum(["active", "suspended"]),
  createdAt: instantText,
});
const numbers = z.object({ items: z.array(z.object({ phone: z.string() })) });
const oneNumber = z.strictObject({ phone: phoneText });

/**
 * `/api/business` and `/api/numbers`. Only an administrator inside the business gives it a number: whoever could take a
 * free one would be called by its next owner's customers.
 */
export const businessRoutes = ({ db, clock, followRules }: { db: Database; clock: Clock; followRules: FollowRules }) =>
  new Hono<ApiEnv>()
    .get(
      "/api/business",
      route({ summary: "The business", tag: "business", access: "staff", answer: business }),
      async (c) => c.json(await inTenant(db, c, readBusiness)),
    )
    .patch(
      "/api/business",
      route({
        summary: "Change its name, zone, city or languages",
        tag: "business",
        access: "owner",
        answer: business,
      }),
      json(businessChange),
      async (c) =>
        c.json(
          await inTenant(db, c, async (ctx) => {
            await changeBusiness(ctx, c.req.valid("json"), followRules);
            return readBusiness(ctx);
          }),
        ),
    )
    .get(
      "/api/numbers",
      route({ summary: "Numbers that customers call", tag: "numbers", access: "staff", answer: numbers }),
      async (c) => c.json(listed(await inTenant(db, c, listNumbers))),
    )
    .post(
      "/api/numbers",
      route({ summary: "Add a number", tag: "numbers", access: "admin", answer: numbers, status: 201 }),
      json(oneNumber),
      async (c) =>
        c.json(
          await inTenant(db, c, async (ctx) => {
            await addNumber(ctx, c.req.valid("json").phone);
            return listed(await listNumbers(ctx));
          }),
          201,
        ),
    )
    .delete(
      "/api/numbers/:phone",
      route({ summary: "Remove a number", tag: "numbers", access: "owner" }),
      param(oneNumber),
      async (c) => {
        assertFresh(c, clock.instant()); // only an administrator gives it back
        await inTenant(db, c, (ctx) => removeNumber(ctx, c.req.valid("param").phone));
        return c.body(null, 204);
      },
    );

const listed = (phones: readonly string[]) => ({ items: phones.map((phone) => ({ phone })) });
