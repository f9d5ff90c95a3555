import { type Context, Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { json } from "../api/input.ts";
import { personOf, route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import { newId } from "../base/ids.ts";
import type { Database } from "../db/client.ts";
import type { Push } from "./push.ts";
import { addDevice, devicesOf, removeDevice } from "./push-devices.ts";
import { isDeviceKey } from "./web-push.ts";

export interface PushApiDeps {
  db: Database;
  push: Push;
  /** The browser's `applicationServerKey`, base64url. */
  pushKey: string;
}

const tag = "notifications";
const endpoint = z.url({ protocol: /^https$/ }).max(1_000);
const base64url = z
  .string()
  .max(100)
  .regex(/^[\w-]+={0,2}$/);
const device = z.strictObject({
  endpoint,
  p256dh: base64url.refine(isDeviceKey),
  auth: base64url.refine((text) => Buffer.from(text, "base64url").length === 16),
  language: z.enum(["he", "en"]),
});
const state = z.object({ publicKey: z.string(), devices: z.int() });
const told = z.object({ sent: z.int(), gone: z.int(), failed: z.int() });

/** `/api/push`: a person's own devices that are told with the panel closed (O7). */
export function createPushApi({ db, push, pushKey }: PushApiDeps) {
  return new Hono<ApiEnv>()
    .get(
      "/api/push",
      route({ summary: "The key, and how many devices", tag, access: "staff", person: true, answer: state }),
      async (c) => c.json({ publicKey: pushKey, devices: (await mine(db, c)).length }),
    )
    .post(
      "/api/push/devices",
      route({ summary: "Tell this device", tag, access: "staff", person: true, status: 204 }),
      json(device),
      async (c) => {
        const userId = personOf(c);
        await inTenant(db, c, (ctx) => addDevice(ctx, userId, c.req.valid("json")));
        return c.body(null, 204);
      },
    )
    .post(
      "/api/push/devices/remove",
      route({ summary: "Tell this device no more", tag, access: "staff", person: true, status: 204 }),
      json(z.strictObject({ endpoint })),
      async (c) => {
        const userId = personOf(c);
        await inTenant(db, c, (ctx) => removeDevice(ctx, userId, c.req.valid("json").endpoint));
        return c.body(null, 204);
      },
    )
    .post(
      "/api/push/test",
      route({ summary: "Tell my devices something, now", tag, access: "staff", person: true, answer: told }),
      async (c) => {
        const devices = await mine(db, c);
        const outcomes = await Promise.all(
          devices.map(({ endpoint, p256dh, auth, language }) =>
            push({ endpoint, p256dh, auth }, { ...test, id: newId(), language }).catch(() => "failed" as const),
          ),
        );
        const userId = personOf(c);
        const lost = devices.filter((_, n) => outcomes[n] === "gone" || outcomes[n] === "refused");
        await inTenant(db, c, async (ctx) => {
          for (const { endpoint } of lost) await removeDevice(ctx, userId, endpoint);
        });
        const count = (outcome: string) => outcomes.filter((one) => one === outcome).length;
        return c.json({ sent: count("sent"), gone: lost.length, failed: count("failed") });
      },
    );
}

/** Its words are the service worker's. */
const test = { kind: "test", title: "", body: null, subject: "test" } as const;

const mine = (db: Database, c: Context<ApiEnv>) => {
  const userId = personOf(c);
  return inTenant(db, c, (ctx) => devicesOf(ctx, userId));
};
