import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import { eq } from "drizzle-orm";
import { newId } from "../base/ids.ts";
import { openConversation } from "../crm/conversations/open-conversation.ts";
import { auditLog } from "../db/schema/audit.ts";
import { conversations } from "../db/schema/message.ts";
import { queueMessage } from "./queue-message.ts";
import { handBack, markSeen, silence, takeOver } from "./takeover.ts";
import { dana, WhatsAppRoom, yossi } from "./testing/whatsapp-room.ts";

setDefaultTimeout(60_000);

// Two chats of a business whose link is away: what is queued stays queued.
let room: WhatsAppRoom;
let chats: { dana: string; yossi: string };
beforeAll(async () => {
  room = await WhatsAppRoom.open({ hasModel: false });
  room.link();
  await room.channel.arrives(dana, "שלום");
  await room.channel.arrives(yossi, "שלום");
  const [one, other] = (await room.messages()).map(({ conversationId }) => conversationId);
  chats = { dana: one!, yossi: other! };
  room.channel.drops("connection_lost");
});
beforeEach(() =>
  room.inTenant((ctx) =>
    ctx.tx
      .update(conversations)
      .set({ silentUntil: null, silentBy: null, silentByName: null })
      .where(eq(conversations.businessId, ctx.businessId)),
  ),
);
afterAll(() => room.close());

const chatOf = async (id: string) => (await room.conversations()).find((chat) => chat.id === id)!;
const inMinutes = (minutes: number) => room.clock.instant().add({ minutes });
const queue = (conversationId: string, purpose: "reply" | "staff") =>
  room.inTenant((ctx) =>
    queueMessage(ctx, { conversationId, purpose, content: { kind: "text", text: purpose }, at: room.clock.instant() }),
  );
const audited = async (subject: string) =>
  room.inTenant(async (ctx) => {
    const rows = await ctx.tx.select().from(auditLog).where(eq(auditLog.subject, subject));
    return rows.map(({ action }) => action);
  });

test("taking a chat over drops the replies that wait in it, no other chat's and nothing a person wrote", async () => {
  const reply = await queue(chats.dana, "reply");
  const staff = await queue(chats.dana, "staff");
  const other = await queue(chats.yossi, "reply");
  const until = inMinutes(30);
  await room.inTenant((ctx) => takeOver(ctx, chats.dana, until));
  const stateOf = async (id: string | null) => (await room.messages()).find((message) => message.id === id);
  expect(await stateOf(reply)).toMatchObject({ state: "cancelled", reason: "taken_over" });
  expect(await stateOf(staff)).toMatchObject({ state: "queued" });
  expect(await stateOf(other)).toMatchObject({ state: "queued" });
  expect(await chatOf(chats.dana)).toMatchObject({ silentBy: "staff", silentByName: "רונית" });
  expect((await chatOf(chats.dana)).silentUntil?.toString()).toBe(until.toString());
  expect((await chatOf(chats.yossi)).silentUntil).toBeNull();
  expect(await audited(`conversation:${chats.dana}`)).toContain("whatsapp.take_over");
});

test("a silence is made longer and never shorter, and says whose it is", async () => {
  const by = (name: string, minutes: number) =>
    room.inTenant((ctx) => silence(ctx, chats.dana, { kind: "staff", name, until: inMinutes(minutes) }));
  await by("יעל", 200);
  await by("אבי", 100);
  expect(await chatOf(chats.dana)).toMatchObject({ silentByName: "יעל" });
  await by("אבי", 300);
  expect(await chatOf(chats.dana)).toMatchObject({ silentByName: "אבי" });
});

test("handing back ends it, whoever it was, in that chat alone", async () => {
  for (const id of [chats.dana, chats.yossi])
    await room.inTenant((ctx) => silence(ctx, id, { kind: "handset", name: "handset", until: inMinutes(60) }));
  await room.inTenant((ctx) => handBack(ctx, chats.yossi));
  expect(await chatOf(chats.yossi)).toMatchObject({ silentUntil: null, silentBy: null, silentByName: null });
  expect((await chatOf(chats.dana)).silentUntil).not.toBeNull();
  expect(await audited(`conversation:${chats.yossi}`)).toContain("whatsapp.hand_back");
});

test("what was seen is read in that chat alone", async () => {
  await room.inTenant((ctx) => markSeen(ctx, chats.dana));
  expect([(await chatOf(chats.dana)).unread, (await chatOf(chats.yossi)).unread]).toEqual([0, 1]);
});

test.each([
  ["take over", (ctx: Parameters<typeof takeOver>[0], id: string) => takeOver(ctx, id, inMinutes(1))],
  ["hand back", handBack],
  ["read", markSeen],
])("there is nothing to %s where there is no WhatsApp chat", async (_what, act) => {
  const { customerId } = await chatOf(chats.dana);
  const onTheSite = await room.inTenant((ctx) =>
    openConversation(ctx, { customerId, channel: "chat", identityId: null }),
  );
  for (const id of [newId(), onTheSite]) {
    const refused = await room.inTenant((ctx) => act(ctx, id)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "not_found" });
  }
  const [chat] = await room.inTenant((ctx) =>
    ctx.tx.select().from(conversations).where(eq(conversations.id, onTheSite)),
  );
  expect(chat).toMatchObject({ silentUntil: null });
});
