import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import type { MessagePurpose } from "../db/schema/message.ts";
import { readOptWord } from "./opt-out.ts";
import type { SendResult } from "./provider.ts";
import { queueMessage } from "./queue-message.ts";
import { say } from "./say.he.ts";
import { saveWhatsappSettings } from "./settings.ts";
import { dana, WhatsAppRoom, yossi } from "./testing/whatsapp-room.ts";

setDefaultTimeout(60_000);

const rooms: WhatsAppRoom[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.close();
});

const lid = { kind: "lid", value: "55501" } as const;

/** A room in which people have written and people answer; nothing goes out yet. */
async function open() {
  const room = await WhatsAppRoom.open({ hasModel: false });
  rooms.push(room);
  room.link();
  await room.inTenant((ctx) => saveWhatsappSettings(ctx, { answers: false, perMinute: 60 }));
  room.channel.set({ canSend: false });
  for (const from of [dana, yossi]) await room.channel.arrives(from, "שלום");
  const [hers, his] = (await room.messages()).map(({ conversationId }) => conversationId);
  return { room, hers: hers!, his: his! };
}

const queue = (room: WhatsAppRoom, conversationId: string, purpose: MessagePurpose, text: string) =>
  room.inTenant((ctx) =>
    queueMessage(ctx, { conversationId, purpose, content: { kind: "text", text }, at: room.clock.instant() }),
  );

const ours = async (room: WhatsAppRoom) =>
  (await room.messages())
    .filter(({ purpose }) => purpose !== null)
    .map(({ body, state, reason }) => [body, state, reason]);

test("who asks not to be written to gets nothing of what waited for him, in whatever chat; others get theirs", async () => {
  const { room, hers, his } = await open();
  for (const purpose of ["reply", "reminder", "confirmation", "staff"] as const)
    await queue(room, hers, purpose, purpose);
  await queue(room, his, "reply", "ליוסי");
  await room.channel.host.samePerson([lid, dana]);
  await room.channel.arrives(lid, "הסר", { alternatives: [dana] });
  room.channel.set({ canSend: true });
  await room.passes("what may go", () => room.shown.length === 2);
  await room.passes("sent", async () => (await ours(room)).at(-1)?.[1] === "sent");
  expect(room.shown).toEqual(["ליוסי", say.optedOut]);
  expect(await ours(room)).toEqual([
    ...["reply", "reminder", "confirmation", "staff"].map((body) => [body, "cancelled", "opted_out"]),
    ["ליוסי", "sent", null],
    [say.optedOut, "sent", null],
  ]);
  expect((await room.bell("whatsapp_failed")).map(({ body }) => body)).toEqual([say.reasons.opted_out!]);
});

test("of staff's words whose sending was under way the bell said that they did not go", async () => {
  const { room, hers } = await open();
  const gate = Promise.withResolvers<void>();
  const send = room.channel.send.bind(room.channel);
  room.channel.send = async (message) => {
    await gate.promise;
    return send(message);
  };
  await queue(room, hers, "staff", "כבר בדרך");
  await queue(room, hers, "staff", "מחכה");
  room.channel.set({ canSend: true });
  await room.passes("under way", async () => (await ours(room))[0]?.[1] === "sending");
  await room.channel.arrives(dana, "הסר");
  const bodies = (await room.bell("whatsapp_failed")).map(({ body }) => body);
  expect(bodies.toSorted()).toEqual([say.unknownEnd.body, say.reasons.opted_out!].toSorted());
  gate.resolve();
  await room.passes("out", async () => (await ours(room))[0]?.[1] === "sent");
});

test("a wish that stands in the message only since its slip was corrected is honoured too; staff's own edit is none", async () => {
  const { room, hers } = await open();
  const targetId = await room.channel.arrives(dana, "הסרר");
  const own = await room.channel.arrives(dana, "רגע", { fromMe: true });
  await room.channel.arrives(dana, { kind: "edit", targetId: own, text: "הסר" }, { fromMe: true });
  expect((await room.conversations()).every(({ optedOutAt }) => optedOutAt === null)).toBe(true);
  await queue(room, hers, "reply", "במה אפשר לעזור?");
  await room.channel.arrives(dana, { kind: "edit", targetId, text: "הסר" });
  room.channel.set({ canSend: true });
  await room.passes("the confirmation", () => room.shown.length === 1);
  expect(room.shown).toEqual([say.optedOut]);
  const said = (await room.messages()).find(({ providerId }) => providerId === targetId);
  expect(said).toMatchObject({ awaits: false, handled: "opted_out" });
});

test("the confirmation of a wish is not taken back by the same wish said twice", async () => {
  const { room } = await open();
  for (const word of ["הסר", "הסר!"]) await room.channel.arrives(dana, word);
  room.channel.set({ canSend: true });
  await room.passes("the confirmation", async () => (await ours(room))[0]?.[1] === "sent");
  expect(room.shown).toEqual([say.optedOut]);
});

test.each([
  ["is not tried again when it did not go", { kind: "refused", final: false, code: "rate" }, "cancelled", "opted_out"],
  ["counts as sent when it went", { kind: "accepted", providerId: "NET-1" }, "sent", null],
] as const)("what is under way when the customer asks %s", async (_, result, state, reason) => {
  const { room, hers } = await open();
  const answer = Promise.withResolvers<SendResult>();
  const send = room.channel.send.bind(room.channel);
  room.channel.send = () => {
    room.channel.send = send;
    return answer.promise;
  };
  await queue(room, hers, "reply", "בדרך");
  room.channel.set({ canSend: true });
  await room.passes("under way", async () => (await ours(room))[0]?.[1] === "sending");
  await room.channel.arrives(dana, "stop");
  answer.resolve(result);
  await room.passes("the confirmation", async () => (await ours(room)).at(-1)?.[1] === "sent");
  expect(room.shown).toEqual([say.optedOut]);
  expect((await ours(room))[0]).toEqual(["בדרך", state, reason]);
});

test("what was taken back after a try of unknown end is sent after all, once the network says so", async () => {
  const { room, hers } = await open();
  room.channel.script.push("lose_answer");
  await queue(room, hers, "reply", "אולי");
  room.channel.set({ canSend: true });
  await room.passes("a try", async () => (await ours(room))[0]?.[2] === "no_answer");
  room.channel.set({ canSend: false });
  await room.channel.arrives(dana, "unsubscribe");
  expect((await ours(room))[0]).toEqual(["אולי", "cancelled", "opted_out"]);
  await room.channel.reports(room.channel.shown[0]!.providerId, "delivered");
  expect((await ours(room))[0]).toEqual(["אולי", "delivered", null]);
});

test.each([
  ["הסר", "out"],
  [" נא להסיר אותי, ", "out"],
  ['"STOP".', "out"],
  ["opt-out", "out"],
  ["Стоп", "out"],
  ["إلغاء الاشتراك", "out"],
  ["חזרה!", "in"],
  ["Start", "in"],
  ["ביטול", null],
  ["תסירו אותי בבקשה", "out"],
  ["הסירו אותי מרשימת התפוצה 🙏", "out"],
  ["אבקש להסיר אותי מרשימת הדיוור, תודה", "out"],
  ["תורידו אותי מרשימת התפוצה", "out"],
  ["די עם ההודעות האלה", "out"],
  ["תפסיקו כבר לשלוח לי הודעות!", "out"],
  ["אל תשלחו לי יותר", "out"],
  ["לא מעוניין לקבל יותר הודעות", "out"],
  ["please remove me from your mailing list", "out"],
  ["אפשר להסיר את התור?", null],
  ["אל תסירו אותי", null],
  ["אל תפסיקו לשלוח לי תזכורות", null],
  ["תפסיקו לשלוח לי תזכורות", null],
  ["תסירו אותי מרשימת ההמתנה", null],
  ["תסירו אותי מהרשימה", null],
  ["תסירו אותי ותקבעו לי תור", null],
  ["הסירו אותי מיום רביעי", null],
  ["תורידי אותי מהיומן", null],
  ["אל תשלחו לי הודעות בשבת", null],
  ["אל תשלחו לי כלום", null],
  ["לא מעוניין", null],
  ["כמה עולה להסיר ג'ל", null],
  ["הסרת שיער", null],
  ["איך אפשר להסיר אותי?", null],
  ["don't stop", null],
  ["stop by tomorrow", null],
  ["", null],
])("%p is read as %p", (text, word) => expect(readOptWord(text)).toBe(word as never));
