import { afterAll, beforeAll, expect, test } from "bun:test";
import { asc, eq } from "drizzle-orm";
import { systemClock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { localTime } from "../base/local-time.ts";
import { silentLog } from "../base/log.ts";
import { jobs } from "../db/schema/job.ts";
import { meetings } from "../db/schema/meeting.ts";
import { reminders } from "../db/schema/reminder.ts";
import { withSystem } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { changeBusiness } from "../tenants/business.ts";
import { type CalendarRulesInput, setCalendarRules } from "../tenants/hours.ts";
import { bookSlot } from "./book.ts";
import { calendarJobHandlers } from "./reminder-job.ts";
import { replanLater } from "./replan.ts";
import { createRestCalendars } from "./rest.ts";
import { type TestBusiness, testBusiness } from "./testing/test-business.ts";

const zone = "Asia/Jerusalem";
const restCalendars = createRestCalendars();
const at = (local: string): Temporal.Instant => Temporal.PlainDateTime.from(local).toZonedDateTime(zone).toInstant();
const now = at("2026-11-24T10:15"); // a Tuesday

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
}, 20_000);
afterAll(() => db.drop());

async function book(business: TestBusiness, local: string, when = now): Promise<void> {
  const startMs = at(local).epochMilliseconds;
  const slot = { resourceId: business.resourceIds[0]!, startMs, endMs: startMs + 1_800_000 };
  const input = { slot, customerId: business.customerIds[0]!, source: "staff" as const, now: when, restCalendars };
  expect((await business.run((ctx) => bookSlot(ctx, input))).kind).toBe("booked");
}

const planned = (business: TestBusiness) =>
  business.run((ctx) =>
    ctx.tx
      .select()
      .from(reminders)
      .where(eq(reminders.businessId, ctx.businessId))
      .orderBy(asc(reminders.dueAt), asc(reminders.id)),
  );
const times = async (business: TestBusiness) => (await planned(business)).map(({ dueAt }) => localTime(dueAt, zone));

/** Changes the rules, and runs the job that it left. */
async function change(business: TestBusiness, rules: CalendarRulesInput, when = now): Promise<void> {
  await business.run((ctx) => setCalendarRules(ctx, rules, replanLater));
  await replan(business, when);
}

async function replan(business: TestBusiness, when: Temporal.Instant): Promise<void> {
  const left = await withSystem(db, (tx) => tx.delete(jobs).where(eq(jobs.queue, "replan_reminders")).returning());
  expect(left.map(({ businessId }) => businessId)).toEqual([business.businessId]);
  const clock = { ...systemClock, instant: () => when };
  const handlers = calendarJobHandlers({ db, clock, log: silentLog, restCalendars, deliver: async () => {} });
  await handlers.replan_reminders!(left[0] as never, new AbortController().signal);
}

test("reminders that are switched off, or on again at other times, are so for meetings that are booked", async () => {
  const [mine, another] = [await testBusiness(db), await testBusiness(db)];
  for (const each of [mine, another]) await book(each, "2026-11-26T12:00");
  await change(mine, { reminderMinutes: [] });
  expect(await times(mine)).toEqual([]);
  await change(mine, { reminderMinutes: [60, 180] });
  expect(await times(mine)).toEqual(["2026-11-26T09:00", "2026-11-26T11:00"]);
  await change(mine, { quietToMinute: 10 * 60 });
  expect(await times(mine)).toEqual(["2026-11-25T20:45", "2026-11-26T11:00"]);
  const jobsOfMine = await withSystem(db, (tx) => tx.select().from(jobs).where(eq(jobs.businessId, mine.businessId)));
  const ids = new Set(jobsOfMine.map(({ dedupe }) => dedupe));
  expect((await planned(mine)).every(({ id }) => ids.has(id))).toBe(true);
  expect(await times(another)).toEqual(["2026-11-25T12:00", "2026-11-26T10:00"]);
});

test("the quiet hours are those of the business's new zone, for what is booked already too", async () => {
  const business = await testBusiness(db);
  await book(business, "2026-11-26T12:00");
  await business.run((ctx) => changeBusiness(ctx, { timezone: "America/New_York" }, replanLater));
  await replan(business, now);
  // A meeting at five in the morning there: a quarter to nine on the evenings before.
  expect(await times(business)).toEqual(["2026-11-25T03:45", "2026-11-26T03:45"]);
  await business.run((ctx) => changeBusiness(ctx, { name: "אחר" }, replanLater));
  expect(await withSystem(db, (tx) => tx.select().from(jobs).where(eq(jobs.queue, "replan_reminders")))).toEqual([]);
});

test("a change that moves no reminder leaves them as they are, and what was sent stays sent", async () => {
  const business = await testBusiness(db);
  await book(business, "2026-11-26T12:00");
  const before = await planned(business);
  await change(business, { meetingMinutes: 45 });
  expect(await planned(business)).toEqual(before);
  const first = eq(reminders.id, before[0]!.id);
  await business.run((ctx) => ctx.tx.update(reminders).set({ status: "sent" }).where(first));
  await change(business, { reminderMinutes: [1_440, 60] }, at("2026-11-25T13:00"));
  const after = (await planned(business)).map(({ dueAt, status }) => [localTime(dueAt, zone), status]);
  expect(after).toEqual([
    ["2026-11-25T12:00", "sent"],
    ["2026-11-26T11:00", "planned"],
  ]);
});

test("one that went out before the night is not planned again for the morning, and one moved to the morning stays", async () => {
  const business = await testBusiness(db);
  await book(business, "2026-11-25T09:00");
  expect(await times(business)).toEqual(["2026-11-24T20:45"]);
  await business.run((ctx) => ctx.tx.update(reminders).set({ status: "sent" }));
  await change(business, { meetingMinutes: 45 }, at("2026-11-24T22:00"));
  expect(await times(business)).toEqual(["2026-11-24T20:45"]);

  const late = await testBusiness(db);
  await book(late, "2026-11-25T09:00", at("2026-11-24T22:00"));
  expect(await times(late)).toEqual(["2026-11-25T08:00"]);
  await change(late, { meetingMinutes: 45 }, at("2026-11-25T07:30"));
  expect(await times(late)).toEqual(["2026-11-25T08:00"]);
});

test("all meetings to come follow, however many; blocked time and what is over get none", async () => {
  const business = await testBusiness(db, { rules: { reminderMinutes: [] } });
  await business.run((ctx) =>
    ctx.tx.insert(meetings).values(
      Array.from({ length: 205 }, (_, index) => {
        const startsAt = (index === 0 ? now.subtract({ hours: 1 }) : at("2026-11-29T00:00")).add({
          minutes: index * 10,
        });
        const endsAt = startsAt.add({ minutes: 10 });
        return {
          id: newId(),
          businessId: ctx.businessId,
          resourceId: business.resourceIds[0]!,
          customerId: index === 1 ? null : business.customerIds[0]!,
          status: "booked" as const,
          source: "staff" as const,
          startsAt,
          endsAt,
          busyFrom: startsAt,
          busyTo: endsAt,
        };
      }),
    ),
  );
  await change(business, { reminderMinutes: [60], quietFromMinute: 0, quietToMinute: 0, keepsShabbat: false });
  expect(await planned(business)).toHaveLength(203);
});
