import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { assertFresh } from "../api/fresh.ts";
import { json } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import { AppError } from "../base/errors.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { WhatsAppApiDeps } from "./api.ts";
import { sessionShape, showSession } from "./api-shapes.ts";
import { outcomeOf, viewSession, wishConnected, wishLogout, wishOff, wishPairingCode } from "./session-wishes.ts";

const tag = "whatsapp";
const phoneBody = z.strictObject({ phone: z.string().trim().min(5).max(30) });
const code = z.object({ code: z.string(), expiresAt: z.iso.datetime() });

/** The link of the business to WhatsApp: state, QR, pairing code. */
export function createSessionApi(deps: WhatsAppApiDeps) {
  const { db } = deps;
  const session = async (ctx: Ctx) => showSession(await viewSession(ctx));
  return new Hono<ApiEnv>()
    .get(
      "/api/whatsapp/status",
      route({ summary: "State of the link, with its QR and pairing code", tag, access: "staff", answer: sessionShape }),
      async (c) => c.json(await inTenant(db, c, session)),
    )
    .get(
      "/api/whatsapp/qr",
      route({
        summary: "The QR to scan now; null = none is shown",
        tag,
        access: "staff",
        answer: sessionShape.pick({ state: true, qr: true }),
      }),
      async (c) => {
        const { state, qr } = await inTenant(db, c, session);
        return c.json({ state, qr });
      },
    )
    .post(
      "/api/whatsapp/connect",
      route({ summary: "Connect, also out of a final state", tag, access: "owner", answer: sessionShape, status: 202 }),
      async (c) => {
        await inTenant(db, c, wishConnected);
        return c.json(await inTenant(db, c, session), 202);
      },
    )
    .post(
      "/api/whatsapp/disconnect",
      route({ summary: "Go off; the login stays", tag, access: "owner" }),
      async (c) => {
        await inTenant(db, c, wishOff);
        return c.body(null, 204);
      },
    )
    .post("/api/whatsapp/logout", route({ summary: "Unlink this device", tag, access: "owner" }), async (c) => {
      assertFresh(c, deps.clock.instant()); // undone only with the phone in hand
      const id = await inTenant(db, c, wishLogout);
      await untilDone(deps, (run) => inTenant(db, c, run), id);
      await inTenant(db, c, wishOff);
      return c.body(null, 204);
    })
    .post(
      "/api/whatsapp/pairing-code",
      route({ summary: "A code to type on the phone instead of scanning", tag, access: "owner", answer: code }),
      json(phoneBody),
      async (c) => {
        const id = await inTenant(db, c, (ctx) => wishPairingCode(ctx, c.req.valid("json").phone));
        await untilDone(deps, (run) => inTenant(db, c, run), id);
        const { pairing } = await inTenant(db, c, session);
        if (pairing === null) throw new AppError("unavailable", "no code is shown");
        return c.json(pairing);
      },
    );
}

const waitMs = 20_000;
const lookEveryMs = 100;

/** Waits for the session's holder, which may be another process. @throws AppError with its code, "unavailable" when it stays silent. */
async function untilDone(
  { clock }: WhatsAppApiDeps,
  inTenantOf: <T>(run: (ctx: Ctx) => Promise<T>) => Promise<T>,
  commandId: string,
): Promise<void> {
  for (let waitedMs = 0; waitedMs < waitMs; waitedMs += lookEveryMs) {
    if ((await inTenantOf((ctx) => outcomeOf(ctx, commandId))) === "done") return;
    await new Promise<void>((done) => clock.after(lookEveryMs, done));
  }
  throw new AppError("unavailable", "nobody holds the session now");
}
