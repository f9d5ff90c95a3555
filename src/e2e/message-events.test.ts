import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { asc, eq } from "drizzle-orm";
import { systemClock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import { jobs } from "../db/schema/job.ts";
import { type WebhookEvent, webhookDeliveries, webhooks } from "../db/schema/webhook.ts";
import { withSystem } from "../db/tenant.ts";
import { webhookJobHandlers } from "../integrations/webhook-jobs.ts";
import type { ClaimedJob } from "../jobs/claims.ts";
import { eventQueue } from "../jobs/publish.ts";
import { queueMessage } from "../whatsapp/queue-message.ts";
import { saveWhatsappSettings } from "../whatsapp/settings.ts";
import { dana, WhatsAppRoom } from "../whatsapp/testing/whatsapp-room.ts";

// C11: other programs hear of every WhatsApp message once, whoever wrote it and however often the network speaks of it.
setDefaultTimeout(60_000);
let room: WhatsAppRoom;
afterEach(() => room.close());

async function open(events: WebhookEvent[] = ["message.received", "message.sent"]): Promise<void> {
  room = await WhatsAppRoom.open();
  room.link();
  await room.inTenant(async (ctx) => {
    await saveWhatsappSettings(ctx, { answers: false, perMinute: 60 });
    const { businessId } = ctx;
    await ctx.tx.insert(webhooks).values({ id: newId(), businessId, url: "https://hooks.example.com/", events });
  });
}

/** What was put on its way, in the order in which it happened. */
async function told(): Promise<{ event: string; data: Record<string, unknown> }[]> {
  const deps = {
    db: room.db,
    clock: systemClock,
    log: silentLog,
    secret: "s".repeat(32),
    post: async () => ({ status: 200, retryAfter: null }),
  };
  const fanOut = webhookJobHandlers(deps)[eventQueue]!;
  const happened = await withSystem(room.db, (tx) =>
    tx.select().from(jobs).where(eq(jobs.queue, eventQueue)).orderBy(asc(jobs.id)),
  );
  for (const job of happened) await fanOut(job as unknown as ClaimedJob, new AbortController().signal);
  const rows = await room.inTenant((ctx) => ctx.tx.select().from(webhookDeliveries).orderBy(asc(webhookDeliveries.id)));
  return rows.map(({ event, payload }) => ({ event, data: payload as Record<string, unknown> }));
}

test("a message in and the answer out are one event each, with whose they are", async () => {
  await open();
  const again = { providerId: "3A-once" };
  for (let times = 0; times < 3; times++) await room.channel.arrives(dana, "יש תור מחר?", again);
  const [chat] = await room.conversations();
  await room.inTenant((ctx) =>
    queueMessage(ctx, {
      conversationId: chat!.id,
      purpose: "staff",
      content: { kind: "text", text: "כן, בארבע" },
      at: room.clock.instant(),
    }),
  );
  await room.passes("sent", async () => (await room.messages()).some(({ state }) => state === "sent"));
  expect(await told()).toMatchObject([
    {
      event: "message.received",
      data: { text: "יש תור מחר?", author: "customer", address: dana.value, conversationId: chat!.id, kind: "text" },
    },
    { event: "message.sent", data: { text: "כן, בארבע", author: "staff", authorName: "רונית", state: "sent" } },
  ]);
});

test("what is typed on the handset is a message that was sent", async () => {
  await open();
  await room.channel.arrives(dana, "אני מטפלת בזה", { fromMe: true });
  expect(await told()).toMatchObject([{ event: "message.sent", data: { author: "staff", authorName: "handset" } }]);
});

test("a sending whose end nobody knew is told when a report settles it, once", async () => {
  await open(["message.sent"]);
  await room.channel.arrives(dana, "שלום");
  const [chat] = await room.conversations();
  await room.inTenant((ctx) =>
    queueMessage(ctx, {
      conversationId: chat!.id,
      purpose: "staff",
      content: { kind: "text", text: "הגיע?" },
      at: room.clock.instant(),
    }),
  );
  room.channel.script.push("lose_answer");
  await room.passes("sent", async () => (await room.messages()).some(({ state }) => state === "sent"), 500);
  const sent = (await room.messages()).find(({ state }) => state === "sent")!;
  for (const state of ["sent", "delivered", "read"] as const) await room.channel.reports(sent.providerId!, state);
  expect(await told()).toMatchObject([{ event: "message.sent", data: { id: sent.id } }]);
});
