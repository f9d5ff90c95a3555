import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { scriptedMessage } from "./testing/scripted-provider.ts";
import { dana, WhatsAppRoom } from "./testing/whatsapp-room.ts";

setDefaultTimeout(60_000);

const rooms: WhatsAppRoom[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.close();
});

/** A room, and what says how long ago something was written that waited for us at the network. */
async function open() {
  const room = await WhatsAppRoom.open();
  rooms.push(room);
  room.link();
  const ago = (minutes: number) => ({
    offline: true,
    sentAt: room.clock.instant().subtract({ minutes }).toString(),
  });
  const customerMessages = async () => (await room.messages()).filter(({ author }) => author === "customer");
  return { room, ago, customerMessages };
}

/** Long enough for whatever is due to be answered or put aside. */
async function rest(room: WhatsAppRoom, ms = 10_000, stepMs = 100): Promise<void> {
  const until = room.clock.nowMs() + ms;
  await room.passes("time", () => room.clock.nowMs() > until, stepMs);
}

test("what the owner answered on the handset while we were away was answered again on reconnect", async () => {
  const { room, ago, customerMessages } = await open();
  room.model.will("כבר ענו");
  await room.channel.arrives(dana, "יש תור היום?", ago(240));
  await room.channel.arrives(dana, "בטח, בארבע", { ...ago(230), fromMe: true });
  await rest(room);
  expect(room.shown).toEqual([]);
  expect(await customerMessages()).toMatchObject([{ awaits: false, handled: "answered_on_handset" }]);
  expect((await room.conversations())[0]).toMatchObject({ silentUntil: null, answerDueAt: null });
});

test("what was answered on the handset is no task for staff either, however old it is", async () => {
  const { room, ago } = await open();
  await room.channel.arrives(dana, "בוקר טוב לכם", ago(9 * 60));
  await room.channel.arrives(dana, "בוקר אור", { ...ago(9 * 60 - 1), fromMe: true });
  await rest(room);
  expect(await room.tasks()).toEqual([]);
});

test("what the customer wrote after the owner's answer of hours ago is answered", async () => {
  const { room, ago, customerMessages } = await open();
  room.model.will("כן");
  await room.channel.arrives(dana, "יש תור היום?", ago(240));
  await room.channel.arrives(dana, "בטח, בארבע", { ...ago(230), fromMe: true });
  await room.channel.arrives(dana, "ויש חניה?", ago(200));
  await room.passes("the answer", () => room.shown.length === 1);
  expect(room.model.requests[0]?.messages.at(-1)).toMatchObject({ text: "ויש חניה?" });
  expect((await customerMessages()).map(({ handled }) => handled)).toEqual(["answered_on_handset", "answered"]);
});

test("the owner's answer counts also when it is stored before what it answers", async () => {
  const { room, ago, customerMessages } = await open();
  room.model.will("כבר ענו");
  await room.channel.arrives(dana, "בטח, בארבע", { ...ago(230), fromMe: true });
  await room.channel.arrives(dana, "יש תור היום?", ago(240));
  await rest(room);
  expect(room.shown).toEqual([]);
  expect(await customerMessages()).toMatchObject([{ awaits: false, handled: "answered_on_handset" }]);
});

test("a handset's message of half an hour ago keeps the assistant silent for the rest of the two hours", async () => {
  const { room, ago } = await open();
  const { sentAt } = ago(30);
  await room.channel.arrives(dana, "אני על זה", { ...ago(30), fromMe: true });
  const [chat] = await room.conversations();
  expect(chat?.silentUntil?.toString()).toBe(Temporal.Instant.from(sentAt).add({ hours: 2 }).toString());
});

test("an answer in the making is given up when the owner has answered, also hours ago", async () => {
  const { room, ago } = await open();
  const gate = Promise.withResolvers<void>();
  const answer = room.model.answer.bind(room.model);
  let calls = 0;
  room.model.answer = async (request) => {
    calls++;
    await gate.promise;
    return answer(request);
  };
  room.model.will("כבר ענו");
  await room.channel.arrives(dana, "יש תור היום?", ago(240));
  await room.passes("the model at work", () => calls === 1);
  await room.channel.arrives(dana, "בטח, בארבע", { ...ago(230), fromMe: true });
  gate.resolve();
  await rest(room);
  expect(room.shown).toEqual([]);
});

test("a reply that waited for the connection went out hours after the owner had answered on the handset", async () => {
  const { room, ago } = await open();
  room.model.will("כבר ענו", "כן");
  await room.channel.arrives(dana, "יש תור היום?", { sentAt: room.clock.instant().toString() });
  room.channel.drops("connection_lost");
  await room.passes("a reply that waits", async () => (await room.messages()).at(-1)?.state === "queued");
  await rest(room, 4 * 60 * 60_000, 60_000);
  const said = scriptedMessage(dana, "בטח, בארבע");
  await room.channel.host.received({ ...said, ...ago(230), fromMe: true });
  room.channel.opens();
  await room.channel.arrives(dana, "ויש חניה?", { sentAt: room.clock.instant().toString() });
  await room.passes("the answer", () => room.shown.length === 1);
  await rest(room);
  expect(room.shown).toEqual(["כן"]);
});

test("a task that asked for a person's answer stood open after the owner had answered on the handset; later words ask anew", async () => {
  const { room } = await open();
  room.isSpent = true;
  const asked = async () => (await room.tasks()).filter(({ status }) => status === "open").map(({ detail }) => detail);
  const writes = async (text: string, fromMe = false) =>
    room.channel.arrives(dana, text, { sentAt: room.clock.instant().toString(), fromMe });
  await writes("יש תור היום?");
  await room.passes("the task", async () => (await asked()).length === 1);
  await rest(room, 30_000, 1_000);
  await writes("בטח, בארבע", true);
  expect(await asked()).toEqual([]);
  room.clock.advance(3 * 60 * 60_000);
  await writes("ויש חניה?");
  await room.passes("the other task", async () => (await asked()).length === 1);
  expect(await asked()).toEqual(["ויש חניה?"]);
});

test("the owner's answer of before the customer's last words leaves the task that asks for an answer to those", async () => {
  const { room, ago } = await open();
  await room.channel.arrives(dana, "יש תור היום?", ago(9 * 60));
  await room.channel.arrives(dana, "ויש חניה?", ago(8 * 60 + 30));
  await room.passes("the task", async () => (await room.tasks()).length === 1);
  await room.channel.arrives(dana, "בטח, בארבע", { ...ago(8 * 60 + 45), fromMe: true });
  expect(await room.tasks()).toMatchObject([{ status: "open" }]);
});
