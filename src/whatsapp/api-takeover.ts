import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { idParam, json } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import type { WhatsAppApiDeps } from "./api.ts";
import { chatShape, showChat } from "./api-shapes.ts";
import { readChat } from "./list-chats.ts";
import { handBack, markSeen, takeOver } from "./takeover.ts";

const tag = "whatsapp";
const weekMinutes = 7 * 24 * 60;
const takeOverBody = z.strictObject({ minutes: z.int().min(1).max(weekMinutes).default(120) });

/** Who writes in a chat: the assistant or a person. */
export function createTakeoverApi({ db, clock, desk }: WhatsAppApiDeps) {
  return new Hono<ApiEnv>()
    .post(
      "/api/whatsapp/conversations/:id/take-over",
      route({ summary: "Write yourself: the assistant is silent", tag, access: "staff", answer: chatShape }),
      idParam(),
      json(takeOverBody),
      async (c) => {
        const { id } = c.req.valid("param");
        const until = clock.instant().add({ minutes: c.req.valid("json").minutes });
        const chat = await inTenant(db, c, async (ctx) => {
          await takeOver(ctx, id, until);
          return readChat(ctx, id);
        });
        desk.takenOver(id);
        return c.json(showChat(chat));
      },
    )
    .post(
      "/api/whatsapp/conversations/:id/hand-back",
      route({ summary: "The assistant answers again", tag, access: "staff", answer: chatShape }),
      idParam(),
      async (c) => {
        const { id } = c.req.valid("param");
        const chat = await inTenant(db, c, async (ctx) => {
          await handBack(ctx, id);
          return readChat(ctx, id);
        });
        return c.json(showChat(chat));
      },
    )
    .post(
      "/api/whatsapp/conversations/:id/read",
      route({ summary: "Nothing here is unread any more", tag, access: "staff" }),
      idParam(),
      async (c) => {
        await inTenant(db, c, (ctx) => markSeen(ctx, c.req.valid("param").id));
        return c.body(null, 204);
      },
    );
}
