import { afterAll, beforeAll, expect, test } from "bun:test";
import { bookSlot } from "../calendar/book.ts";
import { createRestCalendars } from "../calendar/rest.ts";
import { meetings } from "../db/schema/meeting.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { type ChatRoom, chatRoom } from "./testing/chat-room.ts";

// A meeting that moves is not in its own way, and stays as long as it was.
let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
}, 20_000);
afterAll(() => db.drop());

/** Staff booked the customer's 60 minutes at 16:00 on Wednesday, twice the usual length. */
async function withLongMeeting(): Promise<ChatRoom> {
  const room = await chatRoom(db);
  const startMs = Date.parse("2026-11-25T14:00:00Z");
  const slot = { resourceId: room.business.resourceIds[0]!, startMs, endMs: startMs + 3_600_000 };
  const customerId = room.business.customerIds[0]!;
  const restCalendars = createRestCalendars();
  await room.business.run((ctx) =>
    bookSlot(ctx, { slot, customerId, source: "staff", now: room.clock.instant(), restCalendars }),
  );
  return room;
}

async function spans(room: ChatRoom): Promise<string[]> {
  const rows = await room.business.run((ctx) => ctx.tx.select().from(meetings));
  return rows.map(({ status, startsAt, endsAt }) => `${status} ${startsAt} ${startsAt.until(endsAt).total("minutes")}`);
}

test('"half an hour earlier" overlaps the meeting itself and is free all the same; it stays an hour long', async () => {
  const room = await withLongMeeting();
  const dana = await room.customer(0);
  const move = { call: "check_availability", with: { date: "2026-11-25", time: "15:30", move: true } };
  room.model.will(move, "פנוי מחר, יום רביעי, בשעה 15:30. להעביר?");
  await dana.says("אפשר להזיז את התור של מחר לשלוש וחצי?");
  expect(room.model.lastToolOutput).toMatchObject({ free: true, offered: { time: "15:30" } });
  expect((await dana.says("כן, אפשר")).text).toContain("הועברה");
  expect(await spans(room)).toEqual(["booked 2026-11-25T13:30:00Z 60"]);
});

test("a meeting longer than what is left of the day does not move there", async () => {
  const room = await withLongMeeting();
  const dana = await room.customer(0);
  const move = { call: "check_availability", with: { date: "2026-11-26", time: "16:30", move: true } };
  room.model.will(move, "בשעה 16:30 אין מקום לשעה שלמה.");
  await dana.says("אפשר להזיז ליום חמישי בארבע וחצי?");
  expect(room.model.lastToolOutput).toMatchObject({ free: false });
});

test("what another customer took meanwhile is not moved onto, though the meeting covers half of it", async () => {
  const room = await withLongMeeting();
  const [dana, ron] = [await room.customer(0), await room.customer(1)];
  const move = { call: "check_availability", with: { date: "2026-11-25", time: "15:30", move: true } };
  room.model.will(move, "פנוי מחר, יום רביעי, בשעה 15:30. להעביר?");
  await dana.says("אפשר להזיז את התור של מחר לשלוש וחצי?");
  room.model.will({ call: "book_meeting", with: { date: "2026-11-25", time: "15:30" } }, "נקבעה.");
  await ron.says("תקבע לי מחר בשלוש וחצי");
  expect((await dana.says("כן")).text).toContain("לא פנוי");
  expect(await dana.meetings()).toEqual(["2026-11-25T16:00"]);
  expect(await ron.meetings()).toEqual(["2026-11-25T15:30"]);
});

test("a time outside the opening hours is called not free, not snatched away", async () => {
  const room = await chatRoom(db);
  const dana = await room.customer(0);
  room.model.will({ call: "book_meeting", with: { date: "2026-11-25", time: "20:00" } }, "אין ב-20:00.");
  await dana.says("תקבע לי מחר בשמונה בערב");
  expect(room.model.lastToolOutput).toMatchObject({ say: expect.stringContaining("לא פנוי") });
});
