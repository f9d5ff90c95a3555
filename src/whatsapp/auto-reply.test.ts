import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import type { Address } from "./provider.ts";
import { dana, type RoomOptions, WhatsAppRoom, yossi } from "./testing/whatsapp-room.ts";

setDefaultTimeout(60_000);

const rooms: WhatsAppRoom[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.close();
});

const away = "שלום! אנחנו לא זמינים כרגע ונחזור אליכם בהקדם";

/** A room, and what brings messages by the second of the network at which they were written. */
async function open(options: RoomOptions = {}) {
  const room = await WhatsAppRoom.open(options);
  rooms.push(room);
  room.link();
  const start = room.clock.instant().subtract({ minutes: 10 });
  const at = (seconds: number) => ({ sentAt: start.add({ seconds }).toString() });
  return {
    room,
    customer: (seconds: number, text: string, from: Address = dana) => room.channel.arrives(from, text, at(seconds)),
    phone: (seconds: number, text: string, to: Address = dana) =>
      room.channel.arrives(to, text, { ...at(seconds), fromMe: true }),
  };
}

// The WhatsApp Business app's greeting and away message come from the business's phone like the owner's own words, and
// nothing in the protocol marks them.
test("the automatic away message of the business's phone kept the assistant from answering", async () => {
  const { room, customer, phone } = await open();
  room.model.will("בארבע פנוי");
  await customer(0, "יש תור היום?");
  await phone(2, away);
  await room.passes("the answer", () => room.shown.length === 1);
  expect(room.shown[0]).toEndWith("בארבע פנוי");
  expect((await room.messages())[0]).toMatchObject({ author: "customer", handled: "answered" });
  expect((await room.conversations())[0]).toMatchObject({ silentUntil: null, unread: 1 });
});

test("greeting and away message one after the other are both automatic, and the first answer still greets", async () => {
  const greeting = "שלום, כאן נועה";
  const { room, customer, phone } = await open({ greeting });
  await customer(0, "היי");
  await phone(1, "תודה שפניתם למספרת דנה, איך אפשר לעזור?");
  await phone(2, away);
  await room.passes("the greeting", () => room.shown.length === 1);
  expect(room.shown).toEqual([greeting]);
  expect((await room.conversations())[0]).toMatchObject({ silentUntil: null });
});

test("an away message that the phone sent late is known by its words", async () => {
  const { room, customer, phone } = await open();
  room.model.will("כן", "גם לך", "ומחר");
  await customer(0, "יש תור היום?");
  await phone(2, away);
  await room.passes("the answer", () => room.shown.length === 1);
  await customer(100, "אפשר מחר?", yossi);
  await phone(102, away, yossi);
  await room.passes("the other answer", () => room.shown.length === 2);
  await customer(300, "ומחר?");
  await phone(360, away);
  await room.passes("the third", () => room.shown.length === 3);
});

test("a quick reply that the owner once had at hand within seconds is the owner's answer when it comes as a person's", async () => {
  const { room, customer, phone } = await open();
  const hours = "אנחנו פתוחים היום עד שבע בערב";
  await customer(0, "אתם פתוחים?");
  await phone(4, hours);
  await customer(100, "עד מתי פתוח?", yossi);
  await phone(130, hours, yossi);
  expect((await room.conversations()).map(({ silentBy }) => silentBy).toSorted()).toEqual(["handset", null]);
});

test("the owner who answers as a person does silences the assistant, also with few words at once", async () => {
  const { room, customer, phone } = await open();
  await customer(0, "אתם פתוחים?");
  await phone(3, "כן, עד שבע");
  await customer(100, "אתם פתוחים?", yossi);
  await phone(112, "כן, היום אנחנו פתוחים עד שבע בערב", yossi);
  const silent = (await room.conversations()).filter(({ silentUntil, unread }) => silentUntil !== null && unread === 0);
  expect(silent).toHaveLength(2);
});

test("the owner's long answer that crosses the customer's next message silences the assistant", async () => {
  const { room, customer, phone } = await open();
  await customer(0, "אתם פתוחים?");
  await customer(20, "ויש תור לתספורת?");
  await phone(22, "כן, היום אנחנו פתוחים עד שבע בערב");
  expect((await room.conversations())[0]).toMatchObject({ silentBy: "handset", unread: 0 });
});
