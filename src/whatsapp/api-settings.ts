import { Hono } from "hono";
import type { ApiEnv } from "../api/env.ts";
import { json } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant, tenantOf } from "../api/tenant.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { WhatsAppApiDeps } from "./api.ts";
import { sendingShape, settingsShape } from "./api-shapes.ts";
import { ring } from "./bell.ts";
import { readQueue } from "./sending-status.ts";
import { viewSession } from "./session-wishes.ts";
import { saveWhatsappSettings, whatsappSettingsChange, whatsappSettingsOf } from "./settings.ts";

const tag = "whatsapp";

/** How WhatsApp works for the business, and what waits to be sent. */
export function createSettingsApi({ db, clock, desk, defaultProvider }: WhatsAppApiDeps) {
  const settings = async (ctx: Ctx) => {
    const current = await whatsappSettingsOf(ctx);
    return { ...current, providerInForce: current.provider ?? defaultProvider };
  };
  return new Hono<ApiEnv>()
    .get(
      "/api/whatsapp/sending-status",
      route({ summary: "What waits to be sent", tag, access: "staff", answer: sendingShape }),
      async (c) => {
        const { queue, view } = await inTenant(db, c, async (ctx) => ({
          queue: await readQueue(ctx, clock.instant()),
          view: await viewSession(ctx),
        }));
        const facts = desk.sending(tenantOf(c));
        const { canSend, state } = view.status;
        return c.json({
          ...queue,
          inFlightMs: facts?.inFlightMs ?? null,
          lastAckAt: facts?.lastAckAt?.toString() ?? null,
          lastError: facts?.lastError ?? null,
          canSend,
          state,
        });
      },
    )
    .get(
      "/api/whatsapp/settings",
      route({ summary: "How WhatsApp works for the business", tag, access: "staff", answer: settingsShape }),
      async (c) => c.json(await inTenant(db, c, settings)),
    )
    .patch(
      "/api/whatsapp/settings",
      route({ summary: "Change what is given", tag, access: "owner", answer: settingsShape }),
      json(whatsappSettingsChange),
      async (c) => {
        const changed = await inTenant(db, c, async (ctx) => {
          await saveWhatsappSettings(ctx, c.req.valid("json"));
          await ring(ctx.tx, ctx.businessId, "session");
          return settings(ctx);
        });
        return c.json(changed);
      },
    );
}
