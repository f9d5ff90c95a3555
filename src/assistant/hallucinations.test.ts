import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { chatRoom } from "./testing/chat-room.ts";

// A model says what did not happen and offers what its tool did not give; neither may end in a meeting or a promise.
let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
}, 20_000);
afterAll(() => db.drop());

const book = (date: string, time: string) => ({ call: "book_meeting", with: { date, time } });

describe("a meeting that was never booked is not confirmed", () => {
  const lies = [
    "קבעתי לך תור למחר בעשר!",
    "התור שלך נקבע למחר בשעה 10:00.",
    "רשמתי אותך למחר ב-10:00.",
    "You are booked for tomorrow at 10:00.",
    "I've scheduled your appointment for tomorrow at 10:00.",
    "Your appointment is confirmed.",
    "אז קבענו למחר בעשר, נתראה!",
    "יש לך תור מחר בשעה 10:00.",
  ];
  for (const lie of lies)
    test(lie, async () => {
      const room = await chatRoom(db);
      const dana = await room.customer(0);
      room.model.will(lie, "לאיזה יום ושעה לקבוע?");
      expect((await dana.says("אני רוצה תור מחר בעשר")).text).toBe("לאיזה יום ושעה לקבוע?");
    });

  test("a customer who has a meeting is told of that one, and of no other", async () => {
    const room = await chatRoom(db);
    const dana = await room.customer(0);
    room.model.will(book("2026-11-25", "16:30"), "נקבעה למחר בשעה 16:30.");
    await dana.says("תקבע לי מחר בארבע וחצי");
    room.model.will("קבעתי לך תור גם ליום חמישי בשעה 12:00.", "יש לך פגישה מחר בשעה 16:30.");
    expect((await dana.says("מה קבוע לי?")).text).toBe("יש לך פגישה מחר בשעה 16:30.");
    room.model.will("הפגישה שלך נקבעה למחר בשעה 16:30.");
    expect((await dana.says("אז מה קבוע לי?")).text).toContain("16:30");
  });

  test("a meeting that stands is not called cancelled or moved elsewhere", async () => {
    const room = await chatRoom(db);
    const dana = await room.customer(0);
    room.model.will(book("2026-11-25", "16:30"), "נקבעה למחר בשעה 16:30.");
    await dana.says("תקבע לי מחר בארבע וחצי");
    room.model.will("הפגישה של מחר בשעה 16:30 בוטלה.", "לבטל את הפגישה של מחר בשעה 16:30?");
    expect((await dana.says("אולי אבטל")).text).toBe("לבטל את הפגישה של מחר בשעה 16:30?");
    room.model.will("העברתי את הפגישה ליום חמישי בשעה 12:00.", "להעביר ליום חמישי בשעה 12:00?");
    expect((await dana.says("אולי עדיף ביום חמישי בשתים עשרה")).text).toBe("להעביר ליום חמישי בשעה 12:00?");
    expect(await dana.meetings()).toEqual(["2026-11-25T16:30"]);
  });

  test("a meeting that was booked is told with its own hour, by the rule if the model cannot", async () => {
    const room = await chatRoom(db);
    const dana = await room.customer(0);
    room.model.will(book("2026-11-25", "16:30"), "נקבעה למחר בשעה 17:00.", "נקבעה למחר בשעה 17:30.");
    const reply = await dana.says("תקבע לי מחר בארבע וחצי");
    expect(reply.text).toContain("16:30");
    expect(await dana.meetings()).toEqual(["2026-11-25T16:30"]);
  });

  test("the price is set by length: no claim", async () => {
    const room = await chatRoom(db);
    const dana = await room.customer(0);
    room.model.will("המחיר נקבע לפי אורך השיער.");
    expect((await dana.says("איך נקבע המחיר?")).text).toBe("המחיר נקבע לפי אורך השיער.");
  });
});

test("a yes to a time that the model misread from its tool is read back, not booked", async () => {
  const room = await chatRoom(db);
  const dana = await room.customer(0);
  const check = { call: "check_availability", with: { date: "2026-11-25", time: "16:30" } };
  room.model.will(check, "פנוי ביום שישי, 27 בנובמבר, בשעה 16:30. מתאים?");
  await dana.says("אפשר תור מחר בארבע וחצי?");
  const reply = await dana.says("כן, אפשר");
  expect(reply).toMatchObject({ by: "rule", text: expect.stringContaining("25 בנובמבר, בשעה 16:30?") });
  expect(await dana.meetings()).toEqual([]);
  await dana.says("כן");
  expect(await dana.meetings()).toEqual(["2026-11-25T16:30"]);
});

test("what the customer does on the offered day books nothing before a yes", async () => {
  const room = await chatRoom(db);
  const dana = await room.customer(0);
  room.model.will({ call: "check_availability", with: { date: "2026-11-25", time: "16:30" } }, "מחר בשעה 16:30 מתאים?");
  await dana.says("אפשר תור מחר בארבע וחצי?");
  expect((await dana.says("ברביעי אני עובדת")).text).toContain("לקבוע ל");
  expect(await dana.meetings()).toEqual([]);
});

test("a number that answers another question than which of the slots takes none of them", async () => {
  const room = await chatRoom(db);
  const dana = await room.customer(0);
  const offer = { call: "offer_slots", with: { from_date: "2026-11-25", to_date: "2026-11-26" } };
  room.model.will(offer, "יש מחר בשעה 09:00, מחר בשעה 16:30 או ביום חמישי בשעה 09:00. בן כמה הילד?");
  await dana.says("אני רוצה תור לילד השבוע");
  room.model.will("תודה! ובן כמה הילד?");
  await dana.says("יש לו צילומים");
  expect((await dana.says("ארבע וחצי")).text).toContain("איזה מהמועדים");
  expect(await dana.meetings()).toEqual([]);
});

test("words of yesterday, or words that have booked already, book nothing now", async () => {
  const room = await chatRoom(db);
  const dana = await room.customer(0);
  room.model.will("איך קוראים לך?");
  await dana.says("תקבעי לי ליום רביעי בארבע וחצי");
  room.clock.advance(3 * 3_600_000);
  room.model.will(book("2026-11-25", "16:30"), "לקבוע למחר, יום רביעי, בשעה 16:30?");
  await dana.says("דנה");
  expect(await dana.meetings()).toEqual([]);
  await dana.says("כן");
  expect(await dana.meetings()).toEqual(["2026-11-25T16:30"]);
  const twice = [book("2026-11-26", "10:00"), book("2026-11-27", "10:00")];
  room.model.will(...twice, "נקבעה ליום חמישי בשעה 10:00.");
  await dana.says("וגם ביום חמישי בעשר בבוקר");
  expect(await dana.meetings()).toEqual(["2026-11-25T16:30", "2026-11-26T10:00"]);
});

test("a question about an hour is no order: the model that books at once is made to ask", async () => {
  const room = await chatRoom(db);
  const dana = await room.customer(0);
  room.model.will(book("2026-11-25", "16:30"), "פנוי מחר בשעה 16:30. לקבוע?");
  await dana.says("יש לכם משהו מחר בארבע וחצי?");
  expect(await dana.meetings()).toEqual([]);
  await dana.says("כן");
  expect(await dana.meetings()).toEqual(["2026-11-25T16:30"]);
});

test("a model with nothing to say twice is apologised for, and staff knows", async () => {
  const room = await chatRoom(db);
  const dana = await room.customer(0);
  room.model.will("", " ");
  expect(await dana.says("שלום")).toMatchObject({ by: "apology" });
});

test('"לבטל?" and "כן" do not book the slot that was on offer before', async () => {
  const room = await chatRoom(db);
  const dana = await room.customer(0);
  room.model.will(book("2026-11-25", "16:30"), "נקבעה למחר בשעה 16:30.");
  await dana.says("תקבע לי מחר בארבע וחצי");
  const check = { call: "check_availability", with: { date: "2026-11-26", time: "16:30" } };
  room.model.will(check, "פנוי ביום חמישי בשעה 16:30. מתאים?");
  await dana.says("ויש גם ביום חמישי בארבע וחצי?");
  room.model.will("לבטל את הפגישה של 16:30?");
  await dana.says("בעצם אני רוצה לבטל את התור");
  room.model.will({ call: "cancel_meeting" }, "הפגישה של מחר בוטלה.");
  await dana.says("כן");
  expect(await dana.meetings()).toEqual([]);
});

test("the messages of a burst, stored one by one, are told to the model once", async () => {
  const room = await chatRoom(db);
  const dana = await room.customer(0);
  room.model.will("שלום!");
  await dana.says("היי");
  room.model.will("יש חניה ברחוב.");
  await dana.says("היי", "יש חניה?");
  const users = room.model.requests.at(-1)?.messages.filter(({ role }) => role === "user");
  expect(users).toEqual([
    { role: "user", text: "היי" },
    { role: "user", text: "היי\nיש חניה?" },
  ]);
});
