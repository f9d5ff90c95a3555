import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { eq } from "drizzle-orm";
import { appendMessage } from "../crm/conversations/append-message.ts";
import { messages } from "../db/schema/message.ts";
import { limits } from "../limits.ts";
import { say } from "./say.he.ts";
import { handBack, silence, takeOver } from "./takeover.ts";
import { dana, type RoomOptions, WhatsAppRoom, yossi } from "./testing/whatsapp-room.ts";

setDefaultTimeout(60_000);

const rooms: WhatsAppRoom[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.close();
});

async function open(options: RoomOptions = {}): Promise<WhatsAppRoom> {
  const room = await WhatsAppRoom.open(options);
  rooms.push(room);
  room.link();
  return room;
}

test("a message is stored, answered once, and the answer goes out where it came in", async () => {
  const room = await open();
  room.model.will("בכיף, במה אפשר לעזור?");
  await room.channel.arrives(dana, "יש לכם חניה?", { pushName: "דנה לוי" });
  await room.passes("the answer", () => room.shown.length === 1);
  expect(room.channel.shown[0]).toMatchObject({ to: dana, text: "בכיף, במה אפשר לעזור?" });
  await room.passes("sent", async () => (await room.messages()).at(-1)?.state === "sent");
  const [asked, answer] = await room.messages();
  expect(asked).toMatchObject({ author: "customer", awaits: false, handled: "answered", body: "יש לכם חניה?" });
  expect(answer).toMatchObject({ author: "assistant", purpose: "reply", attempts: 1 });
  expect(room.channel.typingSeen).toEqual([
    { to: dana, on: true },
    { to: dana, on: false },
  ]);
  expect(room.channel.readSeen).toEqual([asked!.providerId!]);
});

test("a burst gets one answer to all of it", async () => {
  const room = await open();
  room.model.will(
    ({ messages }) => `קיבלתי: ${messages.at(-1)?.role === "user" ? (messages.at(-1) as { text: string }).text : ""}`,
  );
  for (const text of ["היי", "רציתי לשאול", "יש חניה?"]) {
    await room.channel.arrives(dana, text);
    room.clock.advance(800);
  }
  await room.passes("the answer", () => room.shown.length > 0);
  expect(room.shown).toEqual(["קיבלתי: היי\nרציתי לשאול\nיש חניה?"]);
});

test("typing holds the answer back; the end of it does not lose it", async () => {
  const room = await open();
  room.model.will("כן");
  await room.channel.arrives(dana, "אפשר");
  const typing = setInterval(() => room.channel.host.typed(dana, true), 10);
  await Bun.sleep(50);
  for (let step = 0; step < 30; step++) {
    room.clock.advance(100);
    await Bun.sleep(2);
  }
  expect(room.model.requests).toHaveLength(0);
  clearInterval(typing);
  room.channel.host.typed(dana, false);
  await room.passes("the answer", () => room.shown.length === 1);
});

test("a newer message cancels the answer in the making, and both are answered by the next", async () => {
  const room = await open();
  const first = Promise.withResolvers<void>();
  const answer = room.model.answer.bind(room.model);
  let calls = 0;
  room.model.answer = async (request) => {
    if (++calls > 1) return answer(request);
    await first.promise;
    throw new Error("the connection was closed");
  };
  room.model.will("תשובה אחת");
  await room.channel.arrives(dana, "מחיר?");
  await room.passes("the model at work", () => calls === 1);
  await room.channel.arrives(dana, "של תספורת");
  first.resolve();
  await room.passes("the answer", () => room.shown.length === 1);
  expect(room.shown).toEqual(["תשובה אחת"]);
  expect(room.model.requests[0]?.messages.at(-1)).toMatchObject({ text: "מחיר?\nשל תספורת" });
  expect(await room.tasks()).toEqual([]);
});

test("a person who takes over cancels the answer; after the hand-back the next message is answered", async () => {
  const room = await open();
  const gate = Promise.withResolvers<void>();
  const answer = room.model.answer.bind(room.model);
  let calls = 0;
  room.model.answer = async (request) => {
    if (++calls === 1) await gate.promise;
    return answer(request);
  };
  room.model.will("לא אמור לצאת", "אני כאן");
  await room.channel.arrives(dana, "שאלה");
  await room.passes("the model at work", () => calls === 1);
  const [chat] = await room.conversations();
  await room.inTenant((ctx) => takeOver(ctx, chat!.id, room.clock.instant().add({ hours: 2 })));
  room.whatsapp.takenOver(chat!.id);
  gate.resolve();
  await room.passes("settled", async () => (await room.messages()).every(({ awaits }) => !awaits));
  expect(room.shown).toEqual([]);
  await room.channel.arrives(dana, "עוד שאלה");
  await room.passes("put aside", async () => (await room.messages()).at(-1)?.handled === "taken_over");
  await room.inTenant((ctx) => handBack(ctx, chat!.id));
  room.model.will("חזרתי");
  await room.channel.arrives(dana, "ועכשיו?");
  await room.passes("the answer", () => room.shown.length === 1);
});

test("what is typed on the handset silences the assistant there for two hours, and nowhere else", async () => {
  const room = await open();
  await room.channel.arrives(dana, "אני אחזור אליך", { fromMe: true, sentAt: room.clock.instant().toString() });
  await room.channel.arrives(dana, "תודה");
  await room.passes("put aside", async () => (await room.messages()).at(-1)?.handled === "taken_over");
  room.model.will("לא לדנה", "עכשיו כן");
  await room.channel.arrives(yossi, "שלום לכם");
  await room.passes("the other chat", () => room.shown.length === 1);
  expect(room.channel.shown[0]?.to).toEqual(yossi);
  room.clock.advance(2 * 60 * 60_000);
  await room.channel.arrives(dana, "עוד כאן?", { sentAt: room.clock.instant().toString() });
  await room.passes("the answer after two hours", () => room.shown.length === 2);
});

test("the echo of our own answer does not silence the assistant", async () => {
  const room = await open();
  room.model.will("אחת", "שתיים");
  await room.channel.arrives(dana, "א");
  await room.passes("the answer", () => room.shown.length === 1);
  const { providerId } = room.channel.shown[0]!;
  await room.channel.arrives(dana, "אחת", { providerId, fromMe: true });
  await room.channel.arrives(dana, "ב");
  await room.passes("the next answer", () => room.shown.length === 2);
});

test("messages of a time when we were away: young ones are answered once per chat, old ones become a task", async () => {
  const room = await open();
  const now = room.clock.instant();
  const away = (hours: number) => ({ offline: true, sentAt: now.subtract({ hours }).toString() });
  room.model.will("סליחה על ההמתנה");
  await room.channel.arrives(dana, "יש תור היום?", away(3));
  await room.channel.arrives(dana, "???", away(2));
  await room.channel.arrives(yossi, "בוקר טוב לכם", away(9));
  await room.passes("the answer", () => room.shown.length === 1);
  await room.passes("the task", async () => (await room.tasks()).length === 1);
  expect(room.shown).toEqual(["סליחה על ההמתנה"]);
  expect((await room.tasks())[0]).toMatchObject({ title: say.lateTask, detail: "בוקר טוב לכם" });
});

test("who asks not to be written to is confirmed once and never answered by itself again", async () => {
  const room = await open();
  await room.channel.arrives(dana, "הסר");
  await room.passes("the confirmation", () => room.shown.length === 1);
  await room.channel.arrives(dana, "מה המחיר?");
  await room.passes("the task", async () => (await room.tasks()).length === 1);
  expect(room.shown).toEqual([say.optedOut]);
  room.model.will("בשמחה");
  await room.channel.arrives(dana, "חזרה");
  await room.passes("the way back", () => room.shown.length === 2);
  await room.channel.arrives(dana, "מה המחיר?");
  await room.passes("the answer", () => room.shown.length === 3);
});

test("the greeting is said once: alone to a hello, before the answer to a question", async () => {
  const room = await open({ greeting: "שלום{{customer_name}}, כאן {{business_name}}!" });
  room.model.will("כן, בחצר");
  await room.channel.arrives(dana, "היי 🙂");
  await room.passes("the greeting", () => room.shown.length === 1);
  await room.channel.arrives(yossi, "יש חניה?");
  await room.passes("greeting and answer", () => room.shown.length === 2);
  expect(room.shown[0]).toContain("מספרת דנה");
  expect(room.shown[1]).toMatch(/מספרת דנה!\nכן, בחצר$/);
  room.model.will("גם כן");
  await room.channel.arrives(yossi, "ולכלבים?");
  await room.passes("the next answer", () => room.shown.length === 3);
  expect(room.shown[2]).toBe("גם כן");
});

test("a model that is away for a moment is waited for; one that stays away costs an apology and a task, once", async () => {
  const room = await open();
  let calls = 0;
  room.model.answer = async () => {
    calls++;
    const { AppError } = await import("../base/errors.ts");
    throw new AppError("unavailable", "the model is away");
  };
  await room.channel.arrives(dana, "שאלה");
  await room.passes("the apology", () => room.shown.length === 1, 2_000);
  expect(room.shown).toEqual([say.apology]);
  expect(calls).toBeGreaterThanOrEqual(8); // leaps of time may outrun a lease on a busy machine
  expect(await room.tasks()).toHaveLength(1);
});

test("a day's money used up: each customer is told once that a person answers, no model is asked, and it ends with the day", async () => {
  const room = await open();
  room.model.will("חזרנו");
  room.isSpent = true;
  for (const text of ["שאלה", "עוד שאלה"]) {
    await room.channel.arrives(dana, text);
    await room.passes("put aside", async () => (await room.messages()).every(({ awaits }) => !awaits));
  }
  await room.passes("the sentence", () => room.shown.length === 1);
  expect(room.model.requests).toHaveLength(0);
  const asked = (await room.messages()).filter(({ author }) => author === "customer");
  expect(asked.map(({ handled }) => handled)).toEqual(["budget_spent", "budget_spent"]);
  expect(await room.tasks()).toHaveLength(1);
  room.isSpent = false;
  await room.channel.arrives(dana, "ומחר?");
  await room.passes("the answer", () => room.shown.length === 2);
  expect(room.shown).toEqual([say.budgetSpent, "חזרנו"]);
});

test("without a model a person is asked, and nothing is said", async () => {
  const room = await open({ hasModel: false });
  await room.channel.arrives(dana, "שאלה");
  await room.passes("the task", async () => (await room.tasks()).length === 1);
  expect(room.shown).toEqual([]);
});

test("silence ends no earlier than it was set to", async () => {
  const room = await open();
  await room.channel.arrives(dana, "א", { fromMe: true, sentAt: room.clock.instant().toString() });
  const [chat] = await room.conversations();
  const soon = room.clock.instant().add({ minutes: 5 });
  await room.inTenant((ctx) => silence(ctx, chat!.id, { kind: "staff", name: "רונית", until: soon }));
  const [after] = await room.conversations();
  expect(Temporal.Instant.compare(after!.silentUntil!, soon)).toBe(1);
});

test("K12: twenty answers in a minute to one customer, then a person is asked; others are answered", async () => {
  const room = await open();
  room.model.will("כן");
  await room.channel.arrives(dana, "שלום");
  await room.passes("the first answer", () => room.shown.length === 1);
  const [chat] = await room.conversations();
  const now = room.clock.instant();
  await room.inTenant(async (ctx) => {
    const said = {
      conversationId: chat!.id,
      customerId: chat!.customerId,
      author: "assistant" as const,
      body: "כן",
      at: now,
    };
    for (let sent = 1; sent < limits.waAnswersPerMinute; sent++) await appendMessage(ctx, said);
    await ctx.tx.update(messages).set({ purpose: "reply" }).where(eq(messages.author, "assistant"));
  });
  await room.channel.arrives(dana, "ועוד משהו");
  await room.passes("the task", async () => (await room.tasks()).length === 1);
  room.model.will("בוקר טוב");
  await room.channel.arrives(yossi, "בוקר טוב");
  await room.passes("the other's answer", () => room.shown.length === 2);
  const asked = (await room.messages()).find(({ body }) => body === "ועוד משהו");
  expect(asked).toMatchObject({ awaits: false, handled: "too_many" });
});

test("at most so many answers are in the making at once; the next is begun when one of them ends", async () => {
  const room = await open();
  const first = Promise.withResolvers<void>();
  const answer = room.model.answer.bind(room.model);
  let begun = 0;
  room.model.answer = async (request) => {
    if (++begun <= limits.waAnswersAtOnce) await first.promise;
    return answer(request);
  };
  const people = Array.from({ length: limits.waAnswersAtOnce + 1 }, (_, index) => String(index));
  room.model.will(...people);
  for (const one of people) await room.channel.arrives({ kind: "phone", value: `+97250222000${one}` }, "יש חניה?");
  const isLeased = ({ answerLeaseUntil }: { answerLeaseUntil: unknown }) => answerLeaseUntil !== null;
  await room.passes("all that may be", () => begun === limits.waAnswersAtOnce);
  room.clock.advance(limits.waPollMs);
  expect((await room.conversations()).filter(isLeased)).toHaveLength(limits.waAnswersAtOnce);
  first.resolve();
  await room.passes("all answers", () => room.shown.length === people.length);
  expect(begun).toBe(people.length);
});
