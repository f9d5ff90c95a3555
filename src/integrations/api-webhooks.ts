import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { assertFresh } from "../api/fresh.ts";
import { idParam, json, query } from "../api/input.ts";
import { instantText, pageOf, pageQuery } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import { deliveryStatuses, webhookEvents } from "../db/schema/webhook.ts";
import type { IntegrationsApiDeps } from "./api.ts";
import { webhookSecret } from "./sign.ts";
import {
  addWebhook,
  changeWebhook,
  listDeliveries,
  listWebhooks,
  newWebhook,
  removeWebhook,
  renewSecret,
  sendTest,
  type Webhook,
  webhookChange,
} from "./webhooks.ts";

const tag = "webhooks";
const webhook = z.object({
  id: z.uuid(),
  url: z.url(),
  events: z.array(z.enum(webhookEvents)),
  active: z.boolean(),
  /** Since when nothing came through. */
  failingSince: instantText.nullable(),
  createdAt: instantText,
});
const withSecret = webhook.extend({ secret: z.string() });
const all = z.object({ items: z.array(webhook), events: z.array(z.enum(webhookEvents)) });
const delivery = z.object({
  id: z.uuid(),
  event: z.string(),
  status: z.enum(deliveryStatuses),
  attempts: z.int(),
  answerStatus: z.int().nullable(),
  error: z.string().nullable(),
  nextAt: instantText.nullable(),
  createdAt: instantText,
  payload: z.unknown(),
});

/** `/api/webhooks`: events that other programs are told of, signed (C11). */
export const webhookRoutes = (deps: IntegrationsApiDeps) =>
  new Hono<ApiEnv>().route("/", lookingRoutes(deps)).route("/", changingRoutes(deps));

const lookingRoutes = ({ db }: IntegrationsApiDeps) =>
  new Hono<ApiEnv>()
    .get("/api/webhooks", route({ summary: "Where events are sent", tag, access: "owner", answer: all }), async (c) =>
      c.json({ items: (await inTenant(db, c, listWebhooks)).map(shown), events: [...webhookEvents] }),
    )
    .get(
      "/api/webhooks/:id/deliveries",
      route({ summary: "What was sent and answered", tag, access: "owner", answer: pageOf(delivery) }),
      idParam(),
      query(pageQuery),
      async (c) =>
        c.json(await inTenant(db, c, (ctx) => listDeliveries(ctx, c.req.valid("param").id, c.req.valid("query")))),
    )
    .post(
      "/api/webhooks/:id/test",
      route({ summary: "Send a test event; 409 `webhook_off` when switched off", tag, access: "owner", status: 202 }),
      idParam(),
      async (c) => {
        await inTenant(db, c, (ctx) => sendTest(ctx, c.req.valid("param").id));
        return c.body(null, 202);
      },
    );

const changingRoutes = ({ db, clock, secret }: IntegrationsApiDeps) => {
  const secretOf = ({ id, secretVersion }: Webhook) => webhookSecret(secret, id, secretVersion);
  return new Hono<ApiEnv>()
    .post(
      "/api/webhooks",
      route({ summary: "Add an address; its secret is shown", tag, access: "owner", answer: withSecret, status: 201 }),
      json(newWebhook),
      async (c) => {
        assertFresh(c, clock.instant());
        const added = await inTenant(db, c, (ctx) => addWebhook(ctx, c.req.valid("json")));
        return c.json({ ...shown(added), secret: secretOf(added) }, 201);
      },
    )
    .patch(
      "/api/webhooks/:id",
      route({
        summary: "Change, switch off (what waits is skipped) or on again",
        tag,
        access: "owner",
        answer: webhook,
      }),
      idParam(),
      json(webhookChange),
      async (c) => {
        assertFresh(c, clock.instant());
        const { id } = c.req.valid("param");
        return c.json(shown(await inTenant(db, c, (ctx) => changeWebhook(ctx, id, c.req.valid("json")))));
      },
    )
    .post(
      "/api/webhooks/:id/secret",
      route({ summary: "A new secret; the one before signs nothing", tag, access: "owner", answer: withSecret }),
      idParam(),
      async (c) => {
        assertFresh(c, clock.instant());
        const renewed = await inTenant(db, c, (ctx) => renewSecret(ctx, c.req.valid("param").id));
        return c.json({ ...shown(renewed), secret: secretOf(renewed) });
      },
    )
    .delete(
      "/api/webhooks/:id",
      route({ summary: "Remove an address", tag, access: "owner" }),
      idParam(),
      async (c) => {
        await inTenant(db, c, (ctx) => removeWebhook(ctx, c.req.valid("param").id));
        return c.body(null, 204);
      },
    );
};

const shown = ({ id, url, events, active, failingSince, createdAt }: Webhook) => ({
  id,
  url,
  events,
  active,
  failingSince,
  createdAt,
});
