import { afterAll, beforeAll, expect, setDefaultTimeout } from "bun:test";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { Hono } from "hono";
import type { Access, ApiEnv } from "../api/env.ts";
import { door, member } from "../api/testing/door.ts";
import { silentLog } from "../base/log.ts";
import { auditLog } from "../db/schema/audit.ts";
import { messageMedia } from "../db/schema/message-media.ts";
import { story } from "../e2e/testing/story.ts";
import { errorHandler } from "../http/errors.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { createWhatsAppApi } from "./api.ts";
import { createMediaLinks } from "./media-link.ts";
import { dana, WhatsAppRoom, yossi } from "./testing/whatsapp-room.ts";

setDefaultTimeout(120_000);
const step = story("WhatsApp over HTTP, from the first message to a logout");

let room: WhatsAppRoom;
let api: ReturnType<typeof createWhatsAppApi>;
let owner: Access;
let agent: Access;
let stranger: Access;
let chats: { id: string; customerId: string; phone: string }[];
beforeAll(async () => {
  room = await WhatsAppRoom.open({ hasModel: false });
  room.link();
  const { db, clock, storageDir } = room;
  api = createWhatsAppApi({ db, clock, storageDir, defaultProvider: "baileys", desk: room.whatsapp });
  const { businessId } = room.business;
  [owner, agent, stranger] = [
    member(businessId),
    member(businessId, "agent"),
    member(room.business.customerIds[0] as never),
  ];
  await room.channel.arrives(dana, "כמה עולה תספורת?", { pushName: "דנה כהן" });
  room.clock.advance(1_000);
  await room.channel.arrives(yossi, "שלום", { pushName: "יוסי" });
  chats = (await json<{ items: typeof chats }>(owner, "/api/whatsapp/conversations")).body.items;
});
afterAll(() => room.close());

const json = <T = Record<string, unknown>>(
  who: Access | undefined,
  path: string,
  asked?: Parameters<ReturnType<typeof door>["json"]>[2],
) => door(api).json<T>(who, path, asked);

/** Requests that wait for a command need time to pass. */
async function whileTimePasses<T>(work: Promise<T>): Promise<T> {
  const ticker = setInterval(() => room.clock.advance(100), 10);
  return work.finally(() => clearInterval(ticker));
}

step("conversations come newest first, page by page, and are found by name, number and words", async () => {
  expect(chats.map(({ phone }) => phone)).toEqual([yossi.value, dana.value]);
  const first = await json<{ items: unknown[]; next: string }>(owner, "/api/whatsapp/conversations?limit=1");
  const second = await json<{ items: { phone: string }[]; next: null }>(
    owner,
    `/api/whatsapp/conversations?limit=1&cursor=${first.body.next}`,
  );
  expect(second.body).toMatchObject({
    items: [{ phone: dana.value, customerName: "דנה כהן", lastText: "כמה עולה תספורת?", unread: 1 }],
    next: null,
  });
  const searched = {
    כהן: null,
    "2233": null,
    תספורת: "כמה עולה תספורת?",
  };
  for (const [q, foundText] of Object.entries(searched)) {
    const { body } = await json(owner, `/api/whatsapp/conversations?q=${encodeURIComponent(q)}`);
    expect(body.items).toMatchObject([{ phone: dana.value, foundText }]);
  }
  expect((await json(owner, "/api/whatsapp/conversations?unread=true")).body.items).toHaveLength(2);
  const withDana = await json(owner, `/api/whatsapp/conversations?customerId=${chats[1]!.customerId}`);
  expect(withDana.body).toMatchObject({ items: [{ phone: dana.value }], next: null });
});

step("a text is queued, sent in the background, and shown with its states; the same key is sent once", async () => {
  const id = chats[1]!.id;
  const body = { conversationId: id, text: "80 שקל", key: "k1" };
  const sent = await json(agent, "/api/whatsapp/send", { body });
  expect(sent).toMatchObject({ status: 202, body: { conversationId: id, state: "queued" } });
  expect((await json(agent, "/api/whatsapp/send", { body })).status).toBe(409);
  await room.passes("sent", () => room.shown.includes("80 שקל"));
  await room.channel.reports(room.provider.networkId(String(sent.body.id)), "read");
  const { body: thread } = await json<{ items: Record<string, unknown>[] }>(
    agent,
    `/api/whatsapp/conversations/${id}/messages`,
  );
  expect(thread.items[0]).toMatchObject({ author: "staff", authorName: "דנה", text: "80 שקל", state: "read" });
  expect(thread.items[1]).toMatchObject({ author: "customer", text: "כמה עולה תספורת?" });
});

step("a file is sent by its bytes, kept under a name of ours, and served so that no browser runs it", async () => {
  const png = Buffer.from("\x89PNG\r\n\x1a\n0000IHDR", "latin1");
  const app = new Hono<ApiEnv>();
  app.onError(errorHandler(silentLog));
  app.use(async (c, next) => {
    c.set("access", agent);
    await next();
  });
  app.route("/", api);
  const send = (content: BodyInit, name: string) =>
    app.request(
      `/api/whatsapp/send-media?conversationId=${chats[1]!.id}&caption=${encodeURIComponent("הנה")}&name=${name}`,
      {
        method: "POST",
        body: content,
        headers: { "content-type": "application/octet-stream" },
      },
    );
  expect((await send(png, "a.png")).status).toBe(202);
  await room.passes("sent", () => room.shown.includes("הנה"));
  expect((await send("<html>", "a.html")).status).toBe(422);
  const { body } = await json<{ items: { media: { id: string; mimeType: string } | null }[] }>(
    agent,
    `/api/whatsapp/conversations/${chats[1]!.id}/messages`,
  );
  const media = body.items[0]!.media!;
  expect(media.mimeType).toBe("image/png");
  const file = await door(api).ask(agent, `/api/whatsapp/media/${media.id}`);
  expect(new Uint8Array(await file.arrayBuffer())).toEqual(new Uint8Array(png));
  expect(Object.fromEntries(file.headers)).toMatchObject({
    "content-type": "image/png",
    "content-disposition": "attachment; filename*=UTF-8''a.png",
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
  });
  const { db, storageDir } = room;
  const clock = createVirtualClock();
  const links = createMediaLinks({
    db,
    clock,
    storageDir,
    secret: "s".repeat(32),
    publicBaseUrl: () => "https://shop.example",
  });
  const url = new URL(links.urlOf(media.id));
  expect((await links.routes.request(url.pathname)).status).toBe(200);
  expect((await links.routes.request(`${url.pathname}x`)).status).toBe(404);
  clock.advance(61 * 60_000);
  expect((await links.routes.request(url.pathname)).status).toBe(404);
  const mine = eq(messageMedia.id, media.id);
  const [row] = await room.inTenant((ctx) => ctx.tx.select().from(messageMedia).where(mine));
  const listened = () =>
    room.inTenant((ctx) => ctx.tx.select().from(auditLog).where(eq(auditLog.action, "message.play")));
  expect(await listened()).toEqual([]); // a picture is only seen
  await room.inTenant((ctx) => ctx.tx.update(messageMedia).set({ mimeType: "audio/ogg" }).where(mine));
  for (const who of [agent, agent, owner]) await door(api).ask(who, `/api/whatsapp/media/${media.id}`);
  expect((await listened()).map(({ subject, userId }) => [subject, userId])).toEqual([
    [`message:${row!.messageId}`, agent.userId],
    [`message:${row!.messageId}`, owner.userId],
  ]);
  rmSync(join(storageDir, row!.file!));
  const gone = await json(agent, `/api/whatsapp/media/${media.id}`);
  expect([gone.status, gone.body.error]).toMatchObject([404, { code: "not_found" }]);
});

step("a person takes over and hands back; what was read is read", async () => {
  const path = `/api/whatsapp/conversations/${chats[0]!.id}`;
  const taken = await json(agent, `${path}/take-over`, { body: { minutes: 30 } });
  expect(taken.body).toMatchObject({ silentBy: "staff", silentByName: "דנה" });
  expect((await json(agent, `${path}/hand-back`, { body: {} })).body).toMatchObject({ silentUntil: null });
  expect((await json(agent, `${path}/read`, { method: "POST" })).status).toBe(204);
  expect((await json(agent, path)).body).toMatchObject({ unread: 0 });
});

step("status, QR, pairing code, logout and the way back", async () => {
  expect((await json(agent, "/api/whatsapp/status")).body).toMatchObject({
    state: "open",
    connected: true,
    canSend: true,
    wanted: true,
  });
  expect((await json(agent, "/api/whatsapp/sending-status")).body).toMatchObject({
    queued: 0,
    canSend: true,
    state: "open",
  });
  expect((await json(agent, "/api/whatsapp/logout", { body: {} })).status).toBe(403);
  const longAgo = room.clock.instant().subtract({ hours: 1 });
  const refused = await json(owner, "/api/whatsapp/logout", { body: {}, confirmedAt: longAgo });
  expect([refused.status, refused.body.error]).toMatchObject([403, { message: "confirm_password" }]);
  expect((await whileTimePasses(json(owner, "/api/whatsapp/logout", { body: {} }))).status).toBe(204);
  expect((await json(owner, "/api/whatsapp/connect", { body: {} })).status).toBe(202);
  await room.passes("the QR", async () => (await json<{ qr: unknown }>(owner, "/api/whatsapp/qr")).body.qr !== null);
  const code = await whileTimePasses(json(owner, "/api/whatsapp/pairing-code", { body: { phone: "+97235550100" } }));
  expect(code.status === 200 || code.status === 503).toBe(true);
});

step("an answer that quotes shows what it answers", async () => {
  const chat = chats[1]!.id;
  const list = async () =>
    (
      await json<{ items: { providerId: string; quoted: unknown; text: string }[] }>(
        owner,
        `/api/whatsapp/conversations/${chat}/messages`,
      )
    ).body.items;
  const asked = (await list()).find(({ text }) => text === "כמה עולה תספורת?")!;
  const body = { conversationId: chat, text: "80 שקלים", quotedId: asked.providerId };
  expect((await json(agent, "/api/whatsapp/send", { body })).status).toBe(202);
  expect((await list())[0]).toMatchObject({ text: "80 שקלים", quoted: { author: "customer", text: asked.text } });
});

step("settings change by field and keep their bounds", async () => {
  const patch = (body: unknown) => json(owner, "/api/whatsapp/settings", { method: "PATCH", body });
  expect((await patch({ lateHours: 4, provider: "twilio", twilioNumber: "03-555-0100" })).body).toMatchObject({
    lateHours: 4,
    providerInForce: "twilio",
    twilioNumber: "+97235550100",
    perMinute: 20,
  });
  expect((await patch({ reminderTemplate: "HX0123" })).body).toMatchObject({
    reminderTemplate: "HX0123",
    confirmationTemplate: null,
  });
  expect((await patch({ confirmationTemplate: "שלום {{1}}" })).status).toBe(422);
  expect((await patch({ lateHours: 0 })).status).toBe(422);
  expect((await patch({ unknown: 1 })).status).toBe(422);
  expect((await patch({ provider: null, twilioNumber: null })).body).toMatchObject({ providerInForce: "baileys" });
});

step("nobody gets in, and another business finds nothing", async () => {
  const id = chats[0]!.id;
  expect((await json(undefined, "/api/whatsapp/status")).status).toBe(401);
  expect((await json(stranger, "/api/whatsapp/conversations")).body).toEqual({ items: [], next: null });
  for (const [path, asked] of [
    [`/api/whatsapp/conversations/${id}`, {}],
    [`/api/whatsapp/conversations/${id}/messages`, {}],
    [`/api/whatsapp/conversations/${id}/take-over`, { body: {} }],
    [`/api/whatsapp/conversations/${id}/hand-back`, { body: {} }],
    [`/api/whatsapp/conversations/${id}/read`, { method: "POST" }],
    ["/api/whatsapp/send", { body: { conversationId: id, text: "x" } }],
    ["/api/whatsapp/send-template", { body: { conversationId: id, templateId: "HX1" } }],
    [`/api/whatsapp/media/${id}`, {}],
  ] as const)
    expect([path, (await json(stranger, path, asked)).status]).toEqual([path, 404]);
});
