import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { and, eq, sql } from "drizzle-orm";
import { systemClock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { localTime } from "../base/local-time.ts";
import { silentLog } from "../base/log.ts";
import { auditLog } from "../db/schema/audit.ts";
import { jobs } from "../db/schema/job.ts";
import { meetings, pendingSlots } from "../db/schema/meeting.ts";
import { notifications } from "../db/schema/notification.ts";
import { reminders } from "../db/schema/reminder.ts";
import { withSystem } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { limits } from "../limits.ts";
import { availability } from "./availability.ts";
import { bookHeld, bookSlot } from "./book.ts";
import { bookByStaff } from "./by-staff.ts";
import { cancelMeeting } from "./cancel.ts";
import { calendarFeed } from "./feed.ts";
import { holdSlots } from "./hold.ts";
import { loadRules } from "./load.ts";
import { moveMeeting } from "./move.ts";
import { openMeetings } from "./open-meetings.ts";
import { loadPending, savePending } from "./pending-store.ts";
import { remindStaff } from "./remind-staff.ts";
import { calendarJobHandlers } from "./reminder-job.ts";
import { takeDueReminder } from "./reminders.ts";
import { createRestCalendars } from "./rest.ts";
import type { FreeSlot } from "./rules.ts";
import { sweepCalendar } from "./sweep.ts";
import { type TestBusiness, testBusiness } from "./testing/test-business.ts";

const zone = "Asia/Jerusalem";
const restCalendars = createRestCalendars();
const at = (local: string): Temporal.Instant => Temporal.PlainDateTime.from(local).toZonedDateTime(zone).toInstant();
const now = at("2026-11-24T10:15"); // a Tuesday
const slotAt = (resourceId: string, local: string, minutes = 30): FreeSlot => {
  const startMs = at(local).epochMilliseconds;
  return { resourceId, startMs, endMs: startMs + minutes * 60_000 };
};

let db: TestDatabase;
let business: TestBusiness;
beforeAll(async () => {
  db = await testDatabase();
}, 20_000);
afterAll(() => db.drop());

const one = async (options: Parameters<typeof testBusiness>[1] = {}): Promise<string> => {
  business = await testBusiness(db, options);
  return business.resourceIds[0] as string;
};
const hold = (conversationId: string, slots: FreeSlot[], customer = 0, when = now) =>
  business.run(async (ctx) =>
    holdSlots(ctx, {
      conversationId,
      customerId: business.customerIds[customer]!,
      source: "chat",
      slots,
      rules: (await loadRules(ctx)).rules,
      now: when,
      holdMs: 600_000,
    }),
  );
const book = (slot: FreeSlot, customer = 0) =>
  business.run((ctx) =>
    bookSlot(ctx, { slot, customerId: business.customerIds[customer]!, source: "staff", now, restCalendars }),
  );
const freeOn = async (date: string, exceptConversation?: string): Promise<string[]> => {
  const day = Temporal.PlainDate.from(date);
  const { slots } = await business.run((ctx) =>
    availability(ctx, restCalendars, {
      from: day,
      to: day,
      now,
      ...(exceptConversation ? { exceptConversation } : {}),
    }),
  );
  return slots.map((slot) => localTime(Temporal.Instant.fromEpochMilliseconds(slot.startMs), zone).slice(11));
};

describe("holds", () => {
  test("a held slot is not offered to anybody else, and stays choosable for its own conversation", async () => {
    const resource = await one();
    const [mine] = [newId()];
    await hold(mine, [slotAt(resource, "2026-11-25T10:00")]);
    expect(await freeOn("2026-11-25")).not.toContain("10:00");
    expect(await freeOn("2026-11-25", mine)).toContain("10:00");
    expect(await hold(newId(), [slotAt(resource, "2026-11-25T10:00")], 1)).toEqual([]);
  });

  test("an expired hold keeps nobody away, and can no longer be booked", async () => {
    const resource = await one();
    const conversationId = newId();
    const [held] = await hold(conversationId, [slotAt(resource, "2026-11-25T10:00")], 0, now.subtract({ minutes: 20 }));
    const input = { holdId: held!.holdId, conversationId, customerId: business.customerIds[0]!, now, restCalendars };
    expect(await business.run((ctx) => bookHeld(ctx, input))).toEqual({ kind: "slot_taken" });
    expect(await freeOn("2026-11-25")).toContain("10:00");
    expect((await book(slotAt(resource, "2026-11-25T10:00"), 1)).kind).toBe("booked");
  });

  test("nobody keeps a whole calendar: the oldest holds of one customer, and of one business, give way", async () => {
    const resource = await one({ customers: 30 });
    const first = now.toZonedDateTimeISO(zone).add({ days: 1 });
    const threeFrom = (talk: number): FreeSlot[] =>
      [0, 1, 2].map((slot) =>
        slotAt(
          resource,
          first
            .add({ minutes: 30 * (3 * talk + slot) })
            .toPlainDateTime()
            .toString(),
        ),
      );
    const startsHeld = async (): Promise<number[]> => {
      const held = await business.run((ctx) => ctx.tx.select().from(meetings).where(eq(meetings.status, "held")));
      return held.map(({ startsAt }) => startsAt.epochMilliseconds).sort();
    };
    const talk = (index: number, customer: number) =>
      hold(newId(), threeFrom(index), customer, now.add({ seconds: index }));
    for (let index = 0; index < 4; index++) expect(await talk(index, 0)).toHaveLength(3);
    expect(await startsHeld()).toEqual([...threeFrom(2), ...threeFrom(3)].map(({ startMs }) => startMs));
    for (let index = 4; index < 30; index++) expect(await talk(index, index)).toHaveLength(3);
    const held = await startsHeld();
    expect(held).toHaveLength(limits.holdsPerBusinessMax);
    expect(held.at(-1)).toBe(threeFrom(29)[2]!.startMs);
  });

  test("a hold is booked only by its own customer in its own conversation", async () => {
    const resource = await one();
    const conversationId = newId();
    const [held] = await hold(conversationId, [slotAt(resource, "2026-11-25T10:00")]);
    const [owner, stranger] = business.customerIds;
    const attempt = (customerId: typeof owner, conversation: string) =>
      business.run((ctx) =>
        bookHeld(ctx, {
          holdId: held!.holdId,
          conversationId: conversation,
          customerId: customerId!,
          now,
          restCalendars,
        }),
      );
    expect((await attempt(stranger, conversationId)).kind).toBe("slot_taken");
    expect((await attempt(owner, newId())).kind).toBe("slot_taken");
    expect((await attempt(owner, conversationId)).kind).toBe("booked");
  });
});

describe("booking", () => {
  test("the same time twice is refused, the time right after is not", async () => {
    const resource = await one();
    expect((await book(slotAt(resource, "2026-11-25T10:00"))).kind).toBe("booked");
    expect((await book(slotAt(resource, "2026-11-25T10:15"), 1)).kind).toBe("slot_taken");
    expect((await book(slotAt(resource, "2026-11-25T10:30"), 1)).kind).toBe("booked");
  });

  test("buffers are part of what must not overlap", async () => {
    const resource = await one({ rules: { bufferAfterMinutes: 15 } });
    await book(slotAt(resource, "2026-11-25T10:00"));
    expect((await book(slotAt(resource, "2026-11-25T10:30"))).kind).toBe("slot_taken");
    expect((await book(slotAt(resource, "2026-11-25T10:45"))).kind).toBe("booked");
  });

  test("Friday ends with candle lighting and Saturday is not offered", async () => {
    await one();
    expect((await freeOn("2026-11-27")).at(-1)).toBe("15:30"); // candle lighting is at 16:17
    expect(await freeOn("2026-11-28")).toEqual([]);
  });

  test("another business sees and touches nothing of it", async () => {
    const resource = await one();
    const booked = await book(slotAt(resource, "2026-11-25T10:00"));
    const id = booked.kind === "booked" ? booked.meeting.id : "";
    await one();
    expect(await business.run((ctx) => ctx.tx.select().from(meetings).where(eq(meetings.id, id)))).toEqual([]);
    expect(await business.run((ctx) => cancelMeeting(ctx, { meetingId: id, now }))).toBeNull();
    await expect(book(slotAt(resource, "2026-11-26T10:00"))).rejects.toThrow();
  });
});

test("what staff booked at the command line was in no list of acts", async () => {
  const resourceId = await one();
  const wanted = { resourceId, customerId: business.customerIds[0]!, startsAt: now.add({ hours: 48 }) };
  const made = await business.run((ctx) => bookByStaff(ctx, { ...wanted, now, restCalendars }));
  const isBooking = eq(auditLog.action, "meeting.book");
  const acts = await business.run((ctx) => ctx.tx.select().from(auditLog).where(isBooking));
  expect(acts.map(({ subject }) => subject)).toEqual([`meeting:${made.id}`]);
});

describe("moving and cancelling", () => {
  const planned = (meetingId: string): Promise<string[]> =>
    business.run(async (ctx) => {
      const rows = await ctx.tx
        .select()
        .from(reminders)
        .where(and(eq(reminders.meetingId, meetingId), eq(reminders.status, "planned")))
        .orderBy(reminders.dueAt);
      return rows.map((row) => localTime(row.dueAt, zone));
    });
  const booked = async (resource: string, local: string) => {
    const result = await book(slotAt(resource, local));
    if (result.kind !== "booked") throw new Error("not booked");
    return result.meeting;
  };

  test("reminders follow the meeting when it moves and go when it is cancelled", async () => {
    const resource = await one();
    const meeting = await booked(resource, "2026-11-26T12:00");
    expect(await planned(meeting.id)).toEqual(["2026-11-25T12:00", "2026-11-26T10:00"]);
    const slot = slotAt(resource, "2026-11-30T15:00");
    const moved = await business.run((ctx) => moveMeeting(ctx, { meetingId: meeting.id, slot, now, restCalendars }));
    expect(moved).toMatchObject({ kind: "moved", meeting: { sequence: 1 } });
    expect(await planned(meeting.id)).toEqual(["2026-11-29T15:00", "2026-11-30T13:00"]);
    await business.run((ctx) => cancelMeeting(ctx, { meetingId: meeting.id, now }));
    expect(await planned(meeting.id)).toEqual([]);
    expect(await freeOn("2026-11-30")).toContain("15:00");
  });

  test("a meeting that cannot move stays where it is", async () => {
    const resource = await one();
    const meeting = await booked(resource, "2026-11-26T12:00");
    await booked(resource, "2026-11-26T14:00");
    const slot = slotAt(resource, "2026-11-26T14:15");
    const result = await business.run((ctx) => moveMeeting(ctx, { meetingId: meeting.id, slot, now, restCalendars }));
    expect(result).toEqual({ kind: "slot_taken" });
    const open = await business.run((ctx) => openMeetings(ctx, business.customerIds[0]!, now));
    expect(localTime(open[0]!.startsAt, zone)).toBe("2026-11-26T12:00");
  });

  test("a reminder is sent once, never late, and never for a meeting that was cancelled", async () => {
    const resource = await one();
    const meeting = await booked(resource, "2026-11-26T12:00");
    const ids = await business.run((ctx) => ctx.tx.select().from(reminders).where(eq(reminders.meetingId, meeting.id)));
    const [first, second] = ids.toSorted((a, b) => Temporal.Instant.compare(a.dueAt, b.dueAt)).map((row) => row.id);
    const take = (id: string, local: string) =>
      business.run((ctx) => takeDueReminder(ctx, id, at(local), restCalendars));
    expect(await take(first!, "2026-11-25T12:01")).toMatchObject({ kind: "send", meetingId: meeting.id });
    expect(await take(first!, "2026-11-25T12:01")).toEqual({ kind: "nothing", why: "gone" });
    expect(await take(second!, "2026-11-26T10:30")).toEqual({ kind: "nothing", why: "late" });
  });

  test("deadlock: a meeting was cancelled while its reminder was taken, and each waited for the other's row", async () => {
    const meeting = await booked(await one(), "2026-11-26T12:00");
    const isThis = eq(reminders.meetingId, meeting.id);
    const [first] = await business.run((ctx) => ctx.tx.select().from(reminders).where(isThis).orderBy(reminders.dueAt));
    const taken = await business.run(async (ctx) => {
      await ctx.tx.select().from(meetings).where(eq(meetings.id, meeting.id)).for("update");
      const take = business.run((other) => takeDueReminder(other, first!.id, first!.dueAt, restCalendars));
      for (let waits = false; !waits; ) {
        const [row] = await ctx.tx.execute(sql`select exists (select from pg_locks where not granted) as waits`);
        waits = row!.waits === true;
      }
      await cancelMeeting(ctx, { meetingId: meeting.id, now });
      return { take };
    });
    expect(await taken.take).toEqual({ kind: "nothing", why: "gone" });
  });
});

describe("the reminder's job", () => {
  const due = async (meetingId: string) => {
    const [row] = await business.run((ctx) =>
      ctx.tx.select().from(reminders).where(eq(reminders.meetingId, meetingId)).orderBy(reminders.dueAt),
    );
    return row!;
  };
  const runJob = async (reminderId: string, when: Temporal.Instant) => {
    const handlers = calendarJobHandlers({
      db,
      clock: { ...systemClock, instant: () => when },
      log: silentLog,
      restCalendars,
      deliver: remindStaff,
    });
    const payload = { businessId: business.businessId, reminderId };
    const job = {
      id: newId(),
      businessId: business.businessId,
      queue: "reminder",
      lane: null,
      payload,
      attempt: 1,
      maxAttempts: 5,
      waits: 0,
      createdAt: when,
    };
    await handlers.reminder?.(job, new AbortController().signal);
    return business.run((ctx) => ctx.tx.select().from(notifications).where(eq(notifications.kind, "reminder_due")));
  };

  test("runs at least once and tells once", async () => {
    const resource = await one();
    const booking = await book(slotAt(resource, "2026-11-26T12:00"));
    const reminder = await due(booking.kind === "booked" ? booking.meeting.id : "");
    const [jobRow] = await withSystem(db, (tx) => tx.select().from(jobs).where(eq(jobs.dedupe, reminder.id)));
    expect(jobRow?.runAt.toString()).toBe(reminder.dueAt.toString());
    await runJob(reminder.id, reminder.dueAt);
    expect((await runJob(reminder.id, reminder.dueAt)).map((row) => row.body)).toEqual(["2026-11-26T12:00"]);
  });

  test("tells nothing of a meeting that was cancelled meanwhile", async () => {
    const resource = await one();
    const booking = await book(slotAt(resource, "2026-11-26T12:00"));
    const meetingId = booking.kind === "booked" ? booking.meeting.id : "";
    const reminder = await due(meetingId);
    await business.run((ctx) => cancelMeeting(ctx, { meetingId, now }));
    expect(await runJob(reminder.id, reminder.dueAt)).toEqual([]);
  });
});

test("the feed shows meetings and what became of them, never holds", async () => {
  const resource = await one();
  await book(slotAt(resource, "2026-11-26T12:00"));
  const second = await book(slotAt(resource, "2026-11-26T13:00"), 1);
  await hold(newId(), [slotAt(resource, "2026-11-26T14:00")]);
  const meetingId = second.kind === "booked" ? second.meeting.id : "";
  await business.run((ctx) => cancelMeeting(ctx, { meetingId, now }));
  const feed = await business.run((ctx) => calendarFeed(ctx, now));
  expect(feed.match(/DTSTART:\S+|STATUS:\S+|SUMMARY:[^\r]+/g)).toEqual([
    "DTSTART:20261126T110000Z",
    "STATUS:CANCELLED",
    "SUMMARY:לקוח 2",
    "DTSTART:20261126T100000Z",
    "STATUS:CONFIRMED",
    "SUMMARY:לקוח 1",
  ]);
});

test("what unfinished talks left behind is swept after a day, and nothing else", async () => {
  const resource = await one();
  const conversationId = newId();
  const [held] = await hold(conversationId, [slotAt(resource, "2026-11-25T10:00")]);
  await book(slotAt(resource, "2026-11-25T11:00"));
  const pending = { kind: "offered" as const, slots: [{ holdId: held!.holdId, local: "2026-11-25T10:00" }] as const };
  await business.run((ctx) => savePending(ctx, conversationId, pending, now.add({ minutes: 30 })));
  const left = () =>
    business.run(async ({ tx }) => [
      (await tx.select().from(meetings)).length,
      (await tx.select().from(pendingSlots)).length,
    ]);
  await sweepCalendar(db, now.add({ hours: 23 }));
  expect(await left()).toEqual([2, 1]);
  await sweepCalendar(db, now.add({ hours: 25 }));
  expect(await left()).toEqual([1, 0]);
});

describe("the pending slot in the database", () => {
  const zoned = now.toZonedDateTimeISO(zone);
  const save = (conversationId: string, pending: Parameters<typeof savePending>[2]) =>
    business.run((ctx) => savePending(ctx, conversationId, pending, now.add({ minutes: 30 })));
  const load = (conversationId: string, when = zoned) => business.run((ctx) => loadPending(ctx, conversationId, when));

  test("an offer is there as long as its hold is", async () => {
    const resource = await one();
    const conversationId = newId();
    const [held] = await hold(conversationId, [slotAt(resource, "2026-11-25T10:00")]);
    const pending = { kind: "offered" as const, slots: [{ holdId: held!.holdId, local: "2026-11-25T10:00" }] as const };
    await save(conversationId, pending);
    expect(await load(conversationId)).toEqual(pending);
    expect(await load(conversationId, zoned.add({ minutes: 11 }))).toEqual({ kind: "stale", why: "expired" });
  });

  test("an offer that lost one of its slots is stale: the second would be another one than was told", async () => {
    const resource = await one();
    const conversationId = newId();
    const held = await hold(conversationId, [
      slotAt(resource, "2026-11-25T10:00"),
      slotAt(resource, "2026-11-25T12:00"),
    ]);
    const slots = held.map(({ holdId }, i) => ({ holdId, local: `2026-11-25T1${i * 2}:00` }));
    await save(conversationId, { kind: "offered", slots: [slots[0]!, slots[1]!] });
    await business.run((ctx) => ctx.tx.delete(meetings).where(eq(meetings.id, slots[0]!.holdId)));
    expect(await load(conversationId)).toEqual({ kind: "stale", why: "expired" });
  });

  test("what nobody can read any more is stale, not an error", async () => {
    await one();
    const conversationId = newId();
    await save(conversationId, { kind: "day", date: "tomorrow-ish" });
    expect(await load(conversationId)).toEqual({ kind: "stale", why: "unreadable" });
    await save(conversationId, { kind: "day", date: "2026-11-23" });
    expect(await load(conversationId)).toEqual({ kind: "stale", why: "past" });
  });
});
