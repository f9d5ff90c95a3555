import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { customers } from "../db/schema/customer.ts";
import { notifications } from "../db/schema/notification.ts";
import { tasks } from "../db/schema/task.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { type ChatCustomer, type ChatRoom, chatRoom } from "./testing/chat-room.ts";
import { toolOutput } from "./testing/scripted-model.ts";

// One meeting too many cancelled is worse than one question too many asked: a wish to cancel is about one meeting, once.
let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
}, 20_000);
afterAll(() => db.drop());

async function books(room: ChatRoom, customer: ChatCustomer, date: string, words: string): Promise<void> {
  room.model.will({ call: "book_meeting", with: { date, time: "10:00" } }, "רשמתי.");
  await customer.says(`תקבע לי ${words} בעשר בבוקר`);
}

test("a model that cancels twice for one wish takes one meeting, and asks about the other", async () => {
  const room = await chatRoom(db);
  const dana = await room.customer(0);
  await books(room, dana, "2026-11-25", "מחר");
  await books(room, dana, "2026-11-26", "ביום חמישי");
  const cancel = { call: "cancel_meeting", with: { meeting: 1 } };
  room.model.will(cancel, cancel, "לבטל את הפגישה של מחר בשעה 10:00?");
  await dana.says("תבטל לי את התור של מחר");
  expect(await dana.meetings()).toHaveLength(2);
  room.model.will({ call: "cancel_meeting", with: { meeting: 1 } }, { call: "cancel_meeting" }, "בוטל.");
  await dana.says("כן");
  expect(room.model.lastToolOutput).toMatchObject({ reason: "not_confirmed_by_customer" });
  expect(await dana.meetings()).toEqual(["2026-11-26T10:00"]);
});

test("a meeting booked after the wish to cancel is not the one that was meant", async () => {
  const room = await chatRoom(db);
  const dana = await room.customer(0);
  await books(room, dana, "2026-11-25", "מחר");
  room.model.will({ call: "cancel_meeting" }, "הפגישה בוטלה.");
  await dana.says("תבטל לי את התור");
  await books(room, dana, "2026-11-26", "ביום חמישי");
  room.model.will({ call: "cancel_meeting" }, "לבטל את הפגישה?");
  await dana.says("תודה רבה");
  expect(await dana.meetings()).toEqual(["2026-11-26T10:00"]);
});

test('a yes to "לבטל?" cancels in writing as well, where the question stands in the turn before', async () => {
  const room = await chatRoom(db);
  const dana = await room.customer(0);
  await books(room, dana, "2026-11-25", "מחר");
  room.model.will({ call: "cancel_meeting" }, (request) => String(toolOutput(request).ask));
  await dana.says("יצא לי משהו דחוף");
  room.model.will({ call: "cancel_meeting" }, "הפגישה בוטלה.");
  await dana.says("כן");
  expect(await dana.meetings()).toEqual([]);
});

test("a yes to keeping the meeting cancels nothing, though the sentence before spoke of cancelling", async () => {
  const room = await chatRoom(db);
  const dana = await room.customer(0);
  await books(room, dana, "2026-11-25", "מחר");
  room.model.will("אפשר לבטל עד יום לפני. להשאיר את התור?");
  await dana.says("עד מתי אפשר לבטל?");
  room.model.will({ call: "cancel_meeting" }, "לבטל את הפגישה?");
  await dana.says("כן");
  expect(await dana.meetings()).toEqual(["2026-11-25T10:00"]);
});

test("a yes to something else than cancelling cancels nothing", async () => {
  const room = await chatRoom(db);
  const dana = await room.customer(0);
  await books(room, dana, "2026-11-25", "מחר");
  room.model.will({ call: "cancel_meeting" }, "לבטל את הפגישה?");
  await dana.says("כן, תודה");
  expect(await dana.meetings()).toEqual(["2026-11-25T10:00"]);
});

test("who asks for a person again on another day is not forgotten", async () => {
  const room = await chatRoom(db);
  const dana = await room.customer(0);
  for (const hours of [0, 1, 24]) {
    room.clock.advance(hours * 3_600_000);
    room.model.will({ call: "hand_over", with: { reason: "רוצה לדבר עם אדם" } }, "העברתי לצוות.");
    await dana.says("תעבירו אותי לבן אדם");
  }
  const rows = await room.business.run((ctx) => ctx.tx.select().from(tasks));
  expect(rows).toHaveLength(2);
});

test("who asks for a person in writing is told of by name, once a day, and leads to the thread", async () => {
  const room = await chatRoom(db);
  const customerId = room.business.customerIds[0]!;
  const named = (name: string | null) =>
    room.business.run((ctx) => ctx.tx.update(customers).set({ name }).where(eq(customers.id, customerId)));
  const dana = await room.customer(0);
  for (const [hours, name] of [
    [0, "דנה לוי"],
    [1, "דנה לוי"],
    [24, null],
  ] as const) {
    await named(name);
    room.clock.advance(hours * 3_600_000);
    room.model.will({ call: "hand_over", with: { reason: "רוצה לדבר עם אדם" } }, "העברתי לצוות.");
    await dana.says("תעבירו אותי לבן אדם");
  }
  const told = await room.business.run((ctx) =>
    ctx.tx
      .select({ title: notifications.title, subject: notifications.subject })
      .from(notifications)
      .where(eq(notifications.kind, "hand_over"))
      .orderBy(notifications.subject),
  );
  expect(told).toEqual([
    { title: "בקשה לדבר עם אדם: דנה לוי", subject: `customer:${customerId}:2026-11-24` },
    { title: "לקוח מבקש לדבר עם אדם", subject: `customer:${customerId}:2026-11-25` },
  ]);
});
