import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { eq } from "drizzle-orm";
import { conversations, messages } from "../db/schema/message.ts";
import { limits } from "../limits.ts";
import { dana, WhatsAppRoom } from "./testing/whatsapp-room.ts";

setDefaultTimeout(60_000);

const rooms: WhatsAppRoom[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.close();
});

const lastText = ({ messages: said }: { messages: readonly unknown[] }): string =>
  (said.at(-1) as { text?: string } | undefined)?.text ?? "";

/** A room whose model is at work at its first answer until told to go on, and ends that one whatever became of it. */
async function atWork(first: string) {
  const room = await WhatsAppRoom.open();
  rooms.push(room);
  room.link();
  const gate = Promise.withResolvers<void>();
  const answer = room.model.answer.bind(room.model);
  const asked: string[] = [];
  room.model.answer = async (request) => {
    asked.push(lastText(request));
    if (asked.length === 1) await gate.promise;
    return answer(request);
  };
  room.model.will(...Array(3).fill((request: Parameters<typeof answer>[0]) => `על ${lastText(request)}`));
  const targetId = await room.channel.arrives(dana, first);
  await room.passes("the model at work", () => asked.length === 1);
  return { room, asked, targetId, goOn: gate.resolve };
}

test("an edit overtakes the answer in the making: the new words are answered, once", async () => {
  const { room, asked, targetId, goOn } = await atWork("מחר בשש");
  await room.channel.arrives(dana, { kind: "edit", targetId, text: "מחר בשבע" });
  goOn();
  await room.passes("the answer", () => room.shown.length === 1);
  expect(asked).toEqual(["מחר בשש", "מחר בשבע"]);
  expect(room.shown).toEqual(["על מחר בשבע"]);
  expect((await room.messages())[0]).toMatchObject({ awaits: false, handled: "answered" });
});

test("an edit before the answer is begun is waited after, like a message", async () => {
  const room = await WhatsAppRoom.open();
  rooms.push(room);
  room.link();
  room.model.will("כן");
  const targetId = await room.channel.arrives(dana, "מחר בשש");
  room.clock.advance(900);
  await room.channel.arrives(dana, { kind: "edit", targetId, text: "מחר בשבע" });
  const [chat] = await room.conversations();
  expect(chat!.answerDueAt!.since(room.clock.instant()).total("milliseconds")).toBeGreaterThan(0.89 * limits.waQuietMs);
  await room.passes("the answer", () => room.shown.length === 1);
  expect(room.model.requests.map(lastText)).toEqual(["מחר בשבע"]);
});

test("the deletion of all that waits cancels the answer; of a part of it, the rest is answered", async () => {
  const { room, targetId, goOn } = await atWork("טעות");
  await room.channel.arrives(dana, { kind: "delete", targetId });
  goOn();
  await room.passes("settled", async () => (await room.conversations())[0]?.answerDueAt === null);
  expect(await room.messages()).toMatchObject([{ awaits: false, handled: "deleted" }]);
  const again = await room.channel.arrives(dana, "גם זו טעות");
  await room.channel.arrives(dana, "יש חניה?");
  await room.channel.arrives(dana, { kind: "delete", targetId: again });
  await room.passes("the answer", () => room.shown.length === 1);
  expect(room.shown).toEqual(["על יש חניה?"]);
});

// By another process, or too late for whoever is at work to be told.
test("what was changed unseen by whoever makes the answer is found when it is committed", async () => {
  const { room, goOn } = await atWork("מחר בשש");
  await room.inTenant((ctx) => ctx.tx.update(messages).set({ body: "מחר בשבע" }).where(eq(messages.awaits, true)));
  goOn();
  await room.passes("the answer", () => room.shown.length === 1);
  expect(room.shown).toEqual(["על מחר בשבע"]);
});

test("who asks not to be written to while the answer is made, unseen by its maker, is a person's, not answered", async () => {
  const { room, goOn } = await atWork("מחר בשש?");
  await room.inTenant((ctx) => ctx.tx.update(conversations).set({ optedOutAt: room.clock.instant() }));
  goOn();
  await room.passes("the task", async () => (await room.tasks()).length === 1);
  expect(await room.messages()).toMatchObject([{ awaits: false, handled: "opted_out" }]);
});

test("an edit of what was answered, a reaction, and an edit of nothing are answered by nothing", async () => {
  const { room, asked, targetId, goOn } = await atWork("מחר בשש");
  await room.channel.arrives(dana, { kind: "reaction", targetId, emoji: "👍" });
  await room.channel.arrives(dana, { kind: "edit", targetId: "nothing", text: "זר" });
  goOn();
  await room.passes("the answer", () => room.shown.length === 1);
  await room.channel.arrives(dana, { kind: "edit", targetId, text: "מחר בשבע" });
  expect((await room.conversations())[0]?.answerDueAt).toBeNull();
  expect(asked).toEqual(["מחר בשש"]);
});
