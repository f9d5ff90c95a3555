import { afterAll, beforeAll, expect, test } from "bun:test";
import { newId } from "../base/ids.ts";
import { meetings } from "../db/schema/meeting.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { limits } from "../limits.ts";
import { bookHeld, bookSlot } from "./book.ts";
import { cancelMeeting } from "./cancel.ts";
import { holdSlots } from "./hold.ts";
import { loadRules } from "./load.ts";
import { moveMeeting } from "./move.ts";
import { createRestCalendars } from "./rest.ts";
import type { FreeSlot } from "./rules.ts";
import { type TestBusiness, testBusiness } from "./testing/test-business.ts";

// How far each act on a calendar reaches: to the one row that it names, and to the holds of its own conversation.
const restCalendars = createRestCalendars();
const now = Temporal.Instant.from("2026-11-24T08:15:00Z");
const slot = (resourceId: string, utc: string): FreeSlot => {
  const startMs = Temporal.Instant.from(`2026-11-25T${utc}:00Z`).epochMilliseconds;
  return { resourceId, startMs, endMs: startMs + 30 * 60_000 };
};

let db: TestDatabase;
let business: TestBusiness;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const open = async (options: Parameters<typeof testBusiness>[1] = {}): Promise<string> => {
  business = await testBusiness(db, options);
  return business.resourceIds[0]!;
};
const customer = (index: number) => business.customerIds[index]!;
const common = (index: number) => ({ customerId: customer(index), now, restCalendars });

const book = async (wanted: FreeSlot, index = 0, conversationId?: string) => {
  const own = conversationId === undefined ? {} : { conversationId };
  return business.run((ctx) => bookSlot(ctx, { slot: wanted, source: "staff", ...common(index), ...own }));
};
const bookedId = async (wanted: FreeSlot, index = 0): Promise<string> => {
  const made = await book(wanted, index);
  if (made.kind !== "booked") throw new Error(made.kind);
  return made.meeting.id;
};
const hold = (conversationId: string, slots: FreeSlot[], index = 0, at = now) =>
  business.run(async (ctx) => {
    const { rules } = await loadRules(ctx);
    const input = { conversationId, customerId: customer(index), source: "chat" as const, slots, rules };
    return holdSlots(ctx, { ...input, now: at, holdMs: limits.holdMs });
  });
const move = (meetingId: string, to: FreeSlot, index: number, conversationId?: string) => {
  const own = conversationId === undefined ? {} : { conversationId };
  return business.run((ctx) => moveMeeting(ctx, { meetingId, slot: to, ...common(index), ...own }));
};
/** All rows of the calendar as `HH:MM status`, in UTC, by time. */
const calendar = async (): Promise<string[]> => {
  const rows = await business.run((ctx) => ctx.tx.select().from(meetings));
  return rows.map(({ startsAt, status }) => `${startsAt.toString().slice(11, 16)} ${status}`).toSorted();
};

test("moving or cancelling a meeting leaves all others where they are", async () => {
  const resource = await open();
  const [first, second] = [await bookedId(slot(resource, "08:00")), await bookedId(slot(resource, "09:00"))];
  await bookedId(slot(resource, "10:00"), 1);
  expect((await move(first, slot(resource, "12:00"), 0)).kind).toBe("moved");
  await business.run((ctx) => cancelMeeting(ctx, { meetingId: second, now }));
  expect(await calendar()).toEqual(["09:00 cancelled", "10:00 booked", "12:00 booked"]);
});

test("a customer moves and cancels their own meetings only, and nothing that is cancelled", async () => {
  const resource = await open();
  const dana = await bookedId(slot(resource, "08:00"));
  const cancel = (index: number) =>
    business.run((ctx) => cancelMeeting(ctx, { meetingId: dana, customerId: customer(index), now }));
  expect((await move(dana, slot(resource, "12:00"), 1)).kind).toBe("not_found");
  expect(await cancel(1)).toBeNull();
  expect(await calendar()).toEqual(["08:00 booked"]);
  expect((await cancel(0))?.sequence).toBe(1);
  expect([await cancel(0), (await move(dana, slot(resource, "12:00"), 0)).kind]).toEqual([null, "not_found"]);
  expect(await calendar()).toEqual(["08:00 cancelled"]);
});

test("a meeting moves to somebody else's calendar when the new time is theirs", async () => {
  await open({ staff: 2 });
  const [noa, gal] = business.resourceIds as [string, string];
  const id = await bookedId(slot(noa, "08:00"));
  const moved = await move(id, slot(gal, "08:00"), 0);
  expect(moved.kind === "moved" && moved.meeting.resourceId).toBe(gal);
});

test("of several offers the one that was chosen is booked, with its topic, and the others are free for anybody", async () => {
  const resource = await open();
  const conversationId = newId();
  const times = ["08:00", "09:00", "10:00"];
  const offers = await hold(
    conversationId,
    times.map((time) => slot(resource, time)),
  );
  await hold(newId(), [slot(resource, "11:00")], 1);
  const chosen = { holdId: offers[1]!.holdId, conversationId, topic: "תספורת", ...common(0) };
  const booking = await business.run((ctx) => bookHeld(ctx, chosen));
  expect(booking.kind === "booked" && booking.meeting.topic).toBe("תספורת");
  expect(await calendar()).toEqual(["09:00 booked", "11:00 held"]);
});

test("booking or moving in a conversation gives up its other offers, and takes one of them for itself", async () => {
  const resource = await open();
  const [mine, other] = [newId(), newId()];
  await hold(mine, [slot(resource, "08:00"), slot(resource, "09:00")]);
  await hold(other, [slot(resource, "11:00")], 1);
  const made = await book(slot(resource, "08:00"), 0, mine);
  if (made.kind !== "booked") throw new Error(made.kind);
  expect(await calendar()).toEqual(["08:00 booked", "11:00 held"]);
  await hold(mine, [slot(resource, "10:00"), slot(resource, "13:00")]);
  expect((await move(made.meeting.id, slot(resource, "10:00"), 0, mine)).kind).toBe("moved");
  expect(await calendar()).toEqual(["10:00 booked", "11:00 held"]);
});

test("new offers of a conversation take the place of its earlier ones; no offers are none", async () => {
  const resource = await open();
  const conversationId = newId();
  await hold(conversationId, [slot(resource, "08:00"), slot(resource, "09:00")]);
  await hold(conversationId, [slot(resource, "09:00"), slot(resource, "10:00")]);
  expect(await calendar()).toEqual(["09:00 held", "10:00 held"]);
  expect(await hold(conversationId, [])).toEqual([]);
  expect(await calendar()).toEqual([]);
});

test("an offer whose time is over keeps nobody from it: not another offer, not a meeting, not one that moves there", async () => {
  const resource = await open();
  const long = now.subtract({ milliseconds: limits.holdMs + 1_000 });
  for (const [time, take] of [
    ["08:00", async (there: FreeSlot) => (await hold(newId(), [there], 1)).length === 1],
    ["09:00", async (there: FreeSlot) => (await book(there, 1)).kind === "booked"],
    [
      "10:00",
      async (there: FreeSlot) => (await move(await bookedId(slot(resource, "12:00"), 1), there, 1)).kind === "moved",
    ],
  ] as const) {
    await hold(newId(), [slot(resource, time)], 0, long);
    expect([time, await take(slot(resource, time))]).toEqual([time, true]);
  }
});

test("a customer's share is of offers: somebody with many meetings is still offered as many times as anybody", async () => {
  const resource = await open();
  for (let hour = 0; hour < limits.holdsPerCustomerMax + 2; hour++)
    await bookedId(slot(resource, `${String(hour + 12).padStart(2, "0")}:00`));
  const first = newId();
  await hold(first, [slot(resource, "08:00")]);
  await hold(newId(), [slot(resource, "09:00")]);
  expect((await calendar()).slice(0, 2)).toEqual(["08:00 held", "09:00 held"]);
});

test("the time that a meeting needs before and after it is nobody else's", async () => {
  const resource = await open({ rules: { bufferBeforeMinutes: 15, bufferAfterMinutes: 10 } });
  await bookedId(slot(resource, "10:00")); // keeps 09:45 to 10:40
  for (const [time, kind] of [
    ["09:10", "slot_taken"], // its own ten minutes after would reach to 09:50
    ["10:40", "slot_taken"], // and its fifteen before begin at 10:25
    ["09:05", "booked"],
    ["10:55", "booked"],
  ] as const)
    expect([time, (await book(slot(resource, time), 1)).kind]).toEqual([time, kind]);
});
