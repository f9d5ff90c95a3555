import { Hono } from "hono";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { idParam, query } from "../api/input.ts";
import { pageQuery } from "../api/page.ts";
import { route } from "../api/route.ts";
import { inTenant } from "../api/tenant.ts";
import type { WhatsAppApiDeps } from "./api.ts";
import { chatPage, chatShape, messagePage, showChat, showMessage } from "./api-shapes.ts";
import { listChats, listMessages, openMedia, readChat } from "./list-chats.ts";
import { fileAnswer } from "./media-link.ts";

const tag = "whatsapp";
const chatsQuery = pageQuery.extend({
  q: z.string().trim().min(1).max(100).optional(),
  unread: z.stringbool().optional(),
  customerId: z.uuid().optional(),
});

/** Chats, their messages and files. */
export function createChatsApi({ db, storageDir }: WhatsAppApiDeps) {
  return new Hono<ApiEnv>()
    .get(
      "/api/whatsapp/conversations",
      route({ summary: "Chats, newest first", tag, access: "staff", answer: chatPage }),
      query(chatsQuery),
      async (c) => {
        const { items, next } = await inTenant(db, c, (ctx) => listChats(ctx, c.req.valid("query")));
        return c.json({ items: items.map(showChat), next });
      },
    )
    .get(
      "/api/whatsapp/conversations/:id",
      route({ summary: "One chat", tag, access: "staff", answer: chatShape }),
      idParam(),
      async (c) => c.json(showChat(await inTenant(db, c, (ctx) => readChat(ctx, c.req.valid("param").id)))),
    )
    .get(
      "/api/whatsapp/conversations/:id/messages",
      route({ summary: "Messages of a chat, newest first", tag, access: "staff", answer: messagePage }),
      idParam(),
      query(pageQuery),
      async (c) => {
        const { id } = c.req.valid("param");
        const { items, next } = await inTenant(db, c, (ctx) => listMessages(ctx, id, c.req.valid("query")));
        return c.json({ items: items.map(showMessage), next });
      },
    )
    .get(
      "/api/whatsapp/media/:id",
      route({
        summary: "A file of a message; hearing a voice is audited",
        tag,
        access: "staff",
        media: "application/octet-stream",
      }),
      idParam(),
      async (c) => fileAnswer(storageDir, await inTenant(db, c, (ctx) => openMedia(ctx, c.req.valid("param").id))),
    );
}
