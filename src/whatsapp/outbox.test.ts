import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { eq } from "drizzle-orm";
import { seededRandom } from "../base/random.ts";
import { liveChannel } from "../db/change-notice.ts";
import { conversations, type MessagePurpose, messages } from "../db/schema/message.ts";
import { queueMessage } from "./queue-message.ts";
import { say } from "./say.he.ts";
import { saveWhatsappSettings } from "./settings.ts";
import { markSeen } from "./takeover.ts";
import { dana, type RoomOptions, WhatsAppRoom, yossi } from "./testing/whatsapp-room.ts";

setDefaultTimeout(60_000);

const rooms: WhatsAppRoom[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.close();
});

/** A room in which dana and yossi have written, and people answer. */
async function open(options: RoomOptions = {}): Promise<WhatsAppRoom & { chatIds: string[] }> {
  const room = await WhatsAppRoom.open(options);
  rooms.push(room);
  room.link();
  await room.inTenant((ctx) => saveWhatsappSettings(ctx, { answers: false, perMinute: 60 }));
  for (const from of [dana, yossi]) await room.channel.arrives(from, "שלום");
  const chats = await room.conversations();
  const chatIds = chats.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ id }) => id);
  return Object.assign(room, { chatIds });
}

const staffWrites = (room: WhatsAppRoom, conversationId: string, text: string, dedupe?: string) =>
  room.inTenant((ctx) =>
    queueMessage(ctx, {
      conversationId,
      purpose: "staff",
      content: { kind: "text", text },
      at: room.clock.instant(),
      ...(dedupe === undefined ? {} : { dedupe }),
    }),
  );

const states = async (room: WhatsAppRoom) =>
  (await room.messages()).filter(({ purpose }) => purpose !== null).map(({ state, reason }) => [state, reason]);

test("ten messages in a burst arrive in order, each once, whatever happens to the connection", async () => {
  const room = await open();
  const random = seededRandom(11);
  const texts = Array.from({ length: 10 }, (_, index) => `הודעה ${index}`);
  for (let tries = 0; tries < 15; tries++)
    room.channel.script.push(
      (["accept", "lose", "lose_answer", { refuse: "not_connected", final: false }] as const)[
        Math.floor(random() * 4)
      ]!,
    );
  for (const text of texts) await staffWrites(room, room.chatIds[0]!, text);
  await room.passes("all ten", async () => (await states(room)).every(([state]) => state === "sent"), 500);
  expect(room.shown).toEqual(texts);
});

test("while it cannot send nothing is lost; it goes out when the connection is back", async () => {
  const room = await open();
  room.channel.drops("connection_lost");
  await staffWrites(room, room.chatIds[0]!, "מחכה");
  await room.passes("time", () => room.clock.nowMs() > 60_000, 5_000);
  expect(await states(room)).toEqual([["queued", null]]);
  room.channel.opens();
  await room.passes("sent", async () => (await states(room))[0]?.[0] === "sent");
  expect(room.channel.tries).toHaveLength(1);
});

test("a refusal for good is failed with its reason, told once, and holds up nobody", async () => {
  const room = await open();
  room.channel.script.push({ refuse: "not_on_whatsapp", final: true });
  await staffWrites(room, room.chatIds[0]!, "לא יגיע");
  await staffWrites(room, room.chatIds[1]!, "יגיע");
  await room.passes("sent", () => room.shown.length === 1);
  await room.passes("both", async () =>
    (await states(room)).every(([state]) => state !== "queued" && state !== "sending"),
  );
  expect(await states(room)).toEqual([
    ["failed", "not_on_whatsapp"],
    ["sent", null],
  ]);
  expect(await room.bell("whatsapp_failed")).toHaveLength(1);
});

test("the bell said `provider_63007` and `failed` where somebody is to understand why a message did not go out", async () => {
  const room = await open();
  for (const [index, refuse] of ["provider_63007", "failed", "rate_limited"].entries()) {
    room.channel.script.push(...Array(3).fill({ refuse, final: true }));
    await staffWrites(room, room.chatIds[0]!, refuse);
    await room.passes(refuse, async () => (await room.bell("whatsapp_failed")).length === index + 1);
    room.channel.script.splice(0);
  }
  const bodies = (await room.bell("whatsapp_failed")).map(({ body }) => body);
  expect(bodies.toSorted()).toEqual(
    [say.otherReason("63007"), say.otherReason(null), say.reasons.rate_limited!].toSorted(),
  );
});

test("one that waits for its next try holds up its own chat only", async () => {
  const room = await open();
  room.channel.script.push({ refuse: "rate_limited", final: false });
  await staffWrites(room, room.chatIds[0]!, "א1");
  await staffWrites(room, room.chatIds[0]!, "א2");
  await staffWrites(room, room.chatIds[1]!, "ב1");
  await room.passes("all", () => room.shown.length === 3);
  expect(room.shown).toEqual(["ב1", "א1", "א2"]);
});

test("a provider that asks for time is given it, however soon we would try by ourselves", async () => {
  const room = await open();
  room.channel.script.push({ refuse: "rate_limited", final: false, retryAfterMs: 10 * 60_000 });
  const begunMs = room.clock.nowMs();
  await staffWrites(room, room.chatIds[0]!, "בסבלנות");
  await room.passes("sent", () => room.shown.length === 1, 5_000);
  expect(room.clock.nowMs() - begunMs).toBeGreaterThanOrEqual(10 * 60_000);
  expect(room.shown).toEqual(["בסבלנות"]);
});

test("an outcome that stays unknown ends as unknown; a receipt settles it, and a late one never takes it back", async () => {
  const room = await open();
  room.channel.script.push(...Array.from({ length: 8 }, () => "lose_answer" as const));
  await staffWrites(room, room.chatIds[0]!, "אולי");
  await room.passes("given up", async () => (await states(room))[0]?.[0] === "unknown", 1_000);
  expect(room.shown).toEqual(["אולי"]);
  const { providerId } = room.channel.shown[0]!;
  await room.channel.reports(providerId, "read");
  await room.channel.reports(providerId, "delivered");
  await room.channel.reports(providerId, "failed", "late");
  expect((await states(room))[0]).toEqual(["read", null]);
});

test("a receipt that comes before the answer to the send is kept", async () => {
  const room = await open();
  const { channel } = room;
  const send = channel.send.bind(channel);
  channel.send = async (message) => {
    await channel.reports(room.provider.networkId(message.id), "delivered");
    return send(message);
  };
  await staffWrites(room, room.chatIds[0]!, "מהר");
  await room.passes("shown", () => room.shown.length === 1);
  await room.passes("settled", async () => !["queued", "sending"].includes((await states(room))[0]![0]!));
  expect((await states(room))[0]).toEqual(["delivered", null]);
});

test("a provider that hangs or throws costs that try and nothing else", async () => {
  const room = await open();
  const { channel } = room;
  const send = channel.send.bind(channel);
  let tries = 0;
  channel.send = (message) => {
    tries++;
    if (tries === 1) return new Promise(() => {});
    if (tries === 2) throw new Error("a bug of the provider");
    return send(message);
  };
  await staffWrites(room, room.chatIds[0]!, "בסוף");
  await room.passes("shown", () => room.shown.length === 1, 1_000);
  expect(tries).toBe(3);
});

test("the same key is queued once; nothing that we begin goes to who never wrote", async () => {
  const room = await open();
  expect(await staffWrites(room, room.chatIds[0]!, "פעם", "key-1")).not.toBeNull();
  expect(await staffWrites(room, room.chatIds[0]!, "פעם", "key-1")).toBeNull();
  await room.channel.arrives({ kind: "phone", value: "+972507778899" }, "מה שלומך", {
    fromMe: true,
    sentAt: room.clock.instant().toString(),
  });
  const never = (await room.conversations()).find(({ lastInboundAt }) => lastInboundAt === null)!;
  expect(staffWrites(room, never.id, "פרסומת")).rejects.toMatchObject({ code: "forbidden", public: "never_wrote" });
});

test("a number keeps to its pace", async () => {
  const room = await open();
  await room.inTenant((ctx) => saveWhatsappSettings(ctx, { perMinute: 3 }));
  for (let index = 0; index < 5; index++) await staffWrites(room, room.chatIds[0]!, `הודעה ${index}`);
  await room.passes("the first three", () => room.shown.length === 3);
  const since = room.clock.nowMs();
  await room.passes("the rest", () => room.shown.length === 5, 1_000);
  expect(room.clock.nowMs() - since).toBeGreaterThan(50_000);
});

/** A room whose number, new to us, may begin two messages an hour; its customers have been silent for a day, or not. */
async function openYoung(isSilent: boolean) {
  const room = await open();
  await room.inTenant(async (ctx) => {
    await saveWhatsappSettings(ctx, { perHour: 20 });
    const lastInboundAt = room.clock.instant().subtract({ hours: 25 });
    if (isSilent) await ctx.tx.update(conversations).set({ lastInboundAt });
  });
  return room;
}

const writes = (room: WhatsAppRoom, conversationId: string, purpose: MessagePurpose, text: string) =>
  room.inTenant((ctx) =>
    queueMessage(ctx, { conversationId, purpose, content: { kind: "text", text }, at: room.clock.instant() }),
  );

test.each([
  ["reminder", false, ["1", "2", "answer", "staff", "3"]],
  ["confirmation", false, ["1", "2", "answer", "staff", "3"]],
  ["staff", true, ["1", "2", "answer", "3", "staff"]],
] as const)(
  "a new number begins two messages an hour, and no answer waits for the third: %s",
  async (purpose, isSilent, shown) => {
    const room = await openYoung(isSilent);
    const [chat] = room.chatIds;
    for (const text of ["1", "2", "3"]) await writes(room, chat!, purpose, text);
    await writes(room, chat!, "reply", "answer");
    await writes(room, chat!, "staff", "staff");
    const since = room.clock.nowMs();
    await room.passes("what may go", () => room.shown.length === shown.indexOf("3"), 1_000);
    await room.passes("the rest", () => room.shown.length === 5, 30_000);
    expect(room.shown).toEqual([...shown]);
    expect(room.clock.nowMs() - since).toBeGreaterThan(3_500_000);
  },
);

test("what a new number has begun counts after a restart too", async () => {
  const room = await openYoung(false);
  for (const text of ["1", "2"]) await writes(room, room.chatIds[0]!, "reminder", text);
  await room.passes("both", async () => (await states(room)).every(([state]) => state === "sent"), 1_000);
  const since = room.clock.nowMs();
  room.abandon();
  const next = await WhatsAppRoom.open({ beside: room, sameStorage: true });
  rooms.unshift(next);
  await writes(next, room.chatIds[0]!, "reminder", "3");
  await next.passes("the third", () => next.shown.length === 3, 30_000);
  expect(room.clock.nowMs() - since).toBeGreaterThan(3_000_000);
});

test("outside a provider's window free text is refused before it is sent, and templates go", async () => {
  const room = await open({ can: { freeTextWindowMs: 60_000, templates: true, pacedLikeAPerson: false } });
  room.clock.advance(61_000);
  await staffWrites(room, room.chatIds[0]!, "מאוחר מדי");
  await room.inTenant((ctx) =>
    queueMessage(ctx, {
      conversationId: room.chatIds[0]!,
      purpose: "staff",
      content: { kind: "template", templateId: "HX1", variables: { "1": "דנה" } },
      at: room.clock.instant(),
    }),
  );
  await room.passes("the template", () => room.shown.length === 1);
  expect(room.shown).toEqual(["HX1"]);
  expect((await states(room))[0]).toEqual(["failed", "window_closed"]);
});

test("what staff has seen is not unread any more", async () => {
  const room = await open();
  expect((await room.conversations()).map(({ unread }) => unread)).toEqual([1, 1]);
  await room.inTenant((ctx) => markSeen(ctx, room.chatIds[0]!));
  const unread = (await room.conversations()).find(({ id }) => id === room.chatIds[0])?.unread;
  expect(unread).toBe(0);
});

test("what a process was killed at is not sent again where a repeat would be shown twice; its end is unknown", async () => {
  const room = await open();
  room.channel.set({ canSend: false });
  await staffWrites(room, room.chatIds[0]!, "אולי יצאה");
  await staffWrites(room, room.chatIds[1]!, "עוד לא");
  await room.inTenant((ctx) =>
    ctx.tx.update(messages).set({ state: "sending", attempts: 1 }).where(eq(messages.body, "אולי יצאה")),
  );
  room.provider.networkId = () => null as never;
  room.channel.set({ canSend: true });
  await room.passes("the other", () => room.channel.tries.length === 1);
  expect(room.channel.tries.map(({ content }) => content)).toEqual([{ kind: "text", text: "עוד לא" }]);
  expect((await states(room))[0]).toEqual(["unknown", "interrupted"]);
  expect((await room.bell("whatsapp_failed")).map(({ body }) => body)).toEqual([say.unknownEnd.body]);
});

test("who asks what the sender does hears since when a send is under way, when one was last taken, and the last refusal", async () => {
  const room = await open();
  const facts = () => room.whatsapp.sending(room.business.businessId)!;
  expect(facts()).toEqual({ inFlightMs: null, lastAckAt: null, lastError: null });
  const send = room.channel.send.bind(room.channel);
  const gate = Promise.withResolvers<void>();
  room.channel.send = async (message) => {
    await gate.promise;
    return send(message);
  };
  room.channel.script.push({ refuse: "not_on_whatsapp", final: true });
  for (const text of ["נדחית", "יוצאת"]) await staffWrites(room, room.chatIds[0]!, text);
  await room.passes("under way", () => facts().inFlightMs !== null);
  const before = facts().inFlightMs!;
  room.clock.advance(700);
  expect(facts().inFlightMs).toBe(before + 700);
  gate.resolve();
  await room.passes("sent", async () => (await states(room))[1]?.[0] === "sent");
  expect(facts()).toMatchObject({ inFlightMs: null, lastError: "not_on_whatsapp" });
  expect(facts().lastAckAt).not.toBeNull();
});

test("an open thread hears that a message was sent, and that one was not", async () => {
  const room = await open();
  const heard: string[] = [];
  const { unlisten } = await room.db.sql.listen(liveChannel, (payload) => {
    const { type, id } = JSON.parse(payload) as { type: string; id: string };
    if (type === "conversation") heard.push(id);
  });
  room.channel.script.push("accept", { refuse: "not_on_whatsapp", final: true });
  for (const chatId of room.chatIds) await staffWrites(room, chatId, "שלום");
  const settled = (told: readonly string[]) =>
    room.chatIds.every((id) => told.filter((one) => one === id).length === 2);
  await room.passes("both, as queued and as settled", () => settled(heard));
  expect((await states(room)).map(([state]) => state)).toEqual(["sent", "failed"]);
  await unlisten();
});
