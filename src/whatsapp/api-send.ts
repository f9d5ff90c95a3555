import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import type { ApiEnv } from "../api/env.ts";
import { json, query } from "../api/input.ts";
import { route } from "../api/route.ts";
import { inTenant, tenantOf } from "../api/tenant.ts";
import { AppError } from "../base/errors.ts";
import { limits } from "../limits.ts";
import { audit } from "../tenants/audit.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { WhatsAppApiDeps } from "./api.ts";
import { queuedShape } from "./api-shapes.ts";
import { noRoomFor, overQuota } from "./file-quota.ts";
import { dropUpload, keepUpload } from "./keep-upload.ts";
import { type NewContent, queueMessage } from "./queue-message.ts";
import { type Recipient, reach } from "./reach.ts";
import { contentSid } from "./settings.ts";
import { UploadRoom } from "./upload-room.ts";

const tag = "whatsapp";
/** Either is given. `key`: the same key is sent once, however often the request is repeated. */
const recipient = {
  conversationId: z.uuid().optional(),
  to: z.string().trim().max(30).optional(),
  key: z.string().trim().min(1).max(100).optional(),
};
/** What it answers, by the provider's id. */
const quotedId = z.string().max(200).optional();
const textBody = z.strictObject({
  ...recipient,
  text: z.string().trim().min(1).max(limits.waOutgoingChars),
  quotedId,
});
const templateBody = z.strictObject({
  ...recipient,
  templateId: contentSid,
  variables: z.record(z.string().max(40), z.string().max(1_000)).default({}),
});
const fileQuery = z.strictObject({
  ...recipient,
  caption: z.string().trim().max(1_024).default(""),
  name: z.string().trim().max(200).default("file"),
  quotedId,
});

type To = { conversationId?: string | undefined; to?: string | undefined; key?: string | undefined };

/** Messages that staff sends. All are queued and answered with 202; what becomes of them stands in the thread. */
export function createSendApi({ db, clock, storageDir }: WhatsAppApiDeps) {
  const queued = async (ctx: Ctx, to: To, content: NewContent, quotedId?: string) => {
    const conversationId = await reach(ctx, recipientOf(to));
    const key = to.key === undefined ? undefined : `api:${to.key}`;
    const id = await queueMessage(ctx, {
      conversationId,
      purpose: "staff",
      content,
      at: clock.instant(),
      ...(key === undefined ? {} : { dedupe: key }),
      ...(quotedId === undefined ? {} : { quotedId }),
    });
    if (id === null) throw new AppError("taken", "this key was sent before", { public: "sent_before" });
    await audit(ctx, { action: "whatsapp.send", subject: `message:${id}`, detail: { kind: content.kind } });
    return { id, conversationId, state: "queued" as const };
  };
  const uploads = new UploadRoom();
  const spec = (summary: string, takes?: string) =>
    route({ summary, tag, access: "staff", answer: queuedShape, status: 202, ...(takes ? { takes } : {}) });
  return new Hono<ApiEnv>()
    .post("/api/whatsapp/send", spec("Send a text"), json(textBody), async (c) => {
      const { text, quotedId, ...to } = c.req.valid("json");
      return c.json(await inTenant(db, c, (ctx) => queued(ctx, to, { kind: "text", text }, quotedId)), 202);
    })
    .post("/api/whatsapp/send-template", spec("Send an approved template"), json(templateBody), async (c) => {
      const { templateId, variables, ...to } = c.req.valid("json");
      return c.json(await inTenant(db, c, (ctx) => queued(ctx, to, { kind: "template", templateId, variables })), 202);
    })
    .post(
      "/api/whatsapp/send-media",
      spec("Send a file: its bytes as the body, the rest in the query", "application/octet-stream"),
      (c, next) => uploads.during(tenantOf(c), next),
      bodyLimit({ maxSize: limits.waMediaBytes }),
      query(fileQuery),
      async (c) => {
        const { caption, name, quotedId: answers, ...to } = c.req.valid("query");
        const upload = { name, bytes: new Uint8Array(await c.req.arrayBuffer()) };
        const wanted = { bytes: upload.bytes.length, sentBy: null };
        if (await inTenant(db, c, (ctx) => noRoomFor(ctx, wanted))) throw overQuota(); // again when it is queued
        const { family: kind, ...file } = await keepUpload(storageDir, tenantOf(c), upload);
        try {
          return c.json(await inTenant(db, c, (ctx) => queued(ctx, to, { kind, caption, file }, answers)), 202);
        } catch (error) {
          await dropUpload(storageDir, file);
          throw error;
        }
      },
    );
}

function recipientOf({ conversationId, to }: To): Recipient {
  if (conversationId !== undefined) return { conversationId };
  if (to !== undefined) return { to };
  throw new AppError("invalid", "to whom?", {
    public: "conversationId or to is needed",
    fields: [{ path: "to", code: "required" }],
  });
}
