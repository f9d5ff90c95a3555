import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Access } from "../api/env.ts";
import { type Asked, door, member } from "../api/testing/door.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { changeResource } from "../tenants/resources.ts";
import { createCalendarApi } from "./api.ts";
import type { CustomerNews, MeetingNews } from "./customer-news.ts";
import { createRestCalendars } from "./rest.ts";
import { type TestBusiness, type TestBusinessOptions, testBusiness } from "./testing/test-business.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are compared whole, not used
type Answer = any;

// Sunday, 1 March 2026, 10:00 in Jerusalem.
let now = Temporal.Instant.from("2026-03-01T08:00:00Z");
const clock: Clock = { ...systemClock, instant: () => now };
/** What customers were told, and of which business. */
const told: (MeetingNews & { businessId: string })[] = [];
const customerNews: CustomerNews = {
  preview: async (_ctx, { kind, startsAt }) => ({ text: `${kind} ${startsAt}`, isTemplate: false, refused: null }),
  async tell(ctx, news) {
    told.push({ ...news, businessId: ctx.businessId });
    return news.topic === "barred" ? "not_allowed" : "told";
  },
};
let db: TestDatabase;
let api: ReturnType<typeof door>;

beforeAll(async () => {
  db = await testDatabase();
  const publicBaseUrl = () => "https://office.example";
  const restCalendars = createRestCalendars();
  api = door(createCalendarApi({ db, clock, secret: "secret", restCalendars, customerNews, publicBaseUrl }));
});
afterAll(() => db.drop());

interface Office extends TestBusiness {
  staff: Access;
  ask(path: string, body?: unknown, more?: Asked): Promise<{ status: number; body: Answer }>;
}

async function office(options?: TestBusinessOptions): Promise<Office> {
  const business = await testBusiness(db, options);
  const staff = member(business.businessId, "agent");
  const ask = (path: string, body?: unknown, more: Asked = {}) =>
    api.json<Answer>(staff, `/api/calendar/${path}`, body === undefined ? more : { body, ...more });
  return { ...business, staff, ask };
}

const book = async ({ ask, customerIds }: Office, startsLocal: string, more = {}): Promise<Answer> =>
  (await ask("meetings", { customerId: customerIds[0], startsLocal, ...more })).body;

describe("booking by hand", () => {
  test("a meeting is booked by the business's wall clock, with its reminders, and its time is gone", async () => {
    const who = await office();
    const { status, body } = await who.ask("meetings", {
      customerId: who.customerIds[0],
      startsLocal: "2026-03-05T10:00",
      topic: "תספורת",
    });
    expect([status, body]).toMatchObject([
      201,
      {
        startsAt: "2026-03-05T08:00:00Z",
        endsAt: "2026-03-05T08:30:00Z",
        startsLocal: "2026-03-05T10:00",
        hebrewDate: "ט״ז באדר תשפ״ו",
        source: "staff",
        customerName: "לקוח 1",
        status: "booked",
        reminders: [
          { dueAt: "2026-03-04T08:00:00Z", status: "planned" },
          { dueAt: "2026-03-05T06:00:00Z", status: "planned" },
        ],
      },
    ]);
    expect(
      (await who.ask("meetings", { customerId: who.customerIds[1], startsLocal: "2026-03-05T10:15" })).status,
    ).toBe(409);
    const { body: free } = await who.ask("free?from=2026-03-05&to=2026-03-05");
    expect(free.items.map(({ startsLocal }: Answer) => startsLocal.slice(11))).not.toContain("10:00");
  });

  test("somebody who calls for the first time is booked by number and name", async () => {
    const who = await office();
    const { body } = await who.ask("meetings", {
      customer: { phone: "054-999 8877", name: "מיכל" },
      startsAt: "2026-03-05T11:00:00+02:00",
      minutes: 45,
    });
    expect(body).toMatchObject({
      startsLocal: "2026-03-05T11:00",
      endsLocal: "2026-03-05T11:45",
      customerName: "מיכל",
    });
  });

  test("the first calendar that is free takes it; a named one is the only one that may", async () => {
    const who = await office({ staff: 2 });
    const [first, second] = who.resourceIds;
    expect((await book(who, "2026-03-05T12:00")).resourceId).toBe(first);
    expect((await book(who, "2026-03-05T12:00")).resourceId).toBe(second);
    const third = await who.ask("meetings", {
      customerId: who.customerIds[0],
      startsLocal: "2026-03-05T12:00",
      resourceId: first,
    });
    expect(third.status).toBe(409);
  });

  test("a calendar that is switched off takes no new meeting by its id; one that stands there may move on it", async () => {
    const who = await office({ staff: 2 });
    const [open, off] = who.resourceIds;
    const { id } = await book(who, "2026-03-05T12:00", { resourceId: off });
    const { id: other } = await book(who, "2026-03-05T12:00", { resourceId: open });
    await who.run((ctx) => changeResource(ctx, off!, { active: false }));
    const refused = [422, [{ path: "resourceId", code: "calendar_off" }]];
    const wanted = { customerId: who.customerIds[0], startsLocal: "2026-03-05T14:00", resourceId: off };
    const booked = await who.ask("meetings", wanted);
    expect([booked.status, booked.body.error?.fields]).toEqual(refused);
    const moved = await who.ask(`meetings/${other}/move`, { startsLocal: "2026-03-05T14:00", resourceId: off });
    expect([moved.status, moved.body.error?.fields]).toEqual(refused);
    const stays = await who.ask(`meetings/${id}/move`, { startsLocal: "2026-03-05T15:00", resourceId: off });
    expect([stays.status, stays.body.resourceId]).toEqual([200, off]);
  });

  // Jerusalem, 2026: 27 March 02:00 becomes 03:00; 25 October 02:00 becomes 01:00.
  test.each([
    ["2026-03-27T02:30", "hour_skipped"],
    ["2026-10-25T01:30", "hour_repeated"],
    ["2026-02-20T10:00", "past"],
    ["2029-03-01T10:00", "too_far"],
  ])("%s is no start: %s", async (startsLocal, code) => {
    const who = await office();
    const { status, body } = await who.ask("meetings", { customerId: who.customerIds[0], startsLocal });
    expect([status, body.error.fields]).toEqual([422, [{ path: "startsLocal", code }]]);
  });

  test("of an hour that the clock shows twice, either can be had by its offset", async () => {
    const who = await office();
    const at = (startsAt: string) => who.ask("meetings", { customerId: who.customerIds[0], startsAt });
    const [summer, winter] = [await at("2026-10-25T01:30:00+03:00"), await at("2026-10-25T01:30:00+02:00")];
    expect([summer.body.startsAt, winter.body.startsAt]).toEqual(["2026-10-24T22:30:00Z", "2026-10-24T23:30:00Z"]);
    expect(winter.body.startsLocal).toBe(summer.body.startsLocal);
  });
});

describe("what the customer hears", () => {
  const toldOf = (who: Office) => told.filter(({ businessId }) => businessId === who.businessId);

  test("of a move or an end nothing, unless staff wants it; the answer says what became of it", async () => {
    const who = await office();
    const { id } = await book(who, "2026-03-05T13:00");
    const to = (startsLocal: string, more = {}) => who.ask(`meetings/${id}/move`, { startsLocal, ...more });
    expect((await to("2026-03-09T09:00")).body.customerTold).toBeNull();
    expect(toldOf(who)).toEqual([]);
    expect((await to("2026-03-09T10:00", { tellCustomer: true })).body.customerTold).toBe("told");
    expect((await who.ask(`meetings/${id}/cancel`, { tellCustomer: true })).body).toMatchObject({
      status: "cancelled",
      customerTold: "told",
    });
    expect(toldOf(who).map(({ kind, startsAt, sequence }) => [kind, startsAt.toString(), sequence])).toEqual([
      ["moved", "2026-03-09T08:00:00Z", 2],
      ["cancelled", "2026-03-09T08:00:00Z", 3],
    ]);
  });

  test("somebody who must not be written to is not, and the move stands", async () => {
    const who = await office();
    const { id } = await book(who, "2026-03-05T13:00", { topic: "barred" });
    const { body } = await who.ask(`meetings/${id}/move`, { startsLocal: "2026-03-09T09:00", tellCustomer: true });
    expect(body).toMatchObject({ startsLocal: "2026-03-09T09:00", customerTold: "not_allowed" });
  });

  test("the words are seen before: of a move with the new time, of an end with its own", async () => {
    const who = await office();
    const { id } = await book(who, "2026-03-05T13:00");
    const seen = async (query: string) => (await who.ask(`meetings/${id}/news${query}`)).body.text;
    expect(await seen("?startsAt=2026-03-09T10:00:00%2B02:00")).toBe("moved 2026-03-09T08:00:00Z");
    expect(await seen("")).toBe("cancelled 2026-03-05T11:00:00Z");
    expect((await who.ask(`meetings/${id}`)).body).toMatchObject({ status: "booked", sequence: 0 });
    expect(toldOf(who)).toEqual([]);
  });

  test("of blocked time nobody hears", async () => {
    const who = await office();
    const { body } = await who.ask("blocks", { startsLocal: "2026-03-05T13:00", minutes: 30 });
    const { id } = body.items[0];
    expect((await who.ask(`meetings/${id}/news`)).status).toBe(404);
    expect((await who.ask(`meetings/${id}/cancel`, { tellCustomer: true })).body.customerTold).toBeNull();
    expect(toldOf(who)).toEqual([]);
  });
});

describe("afterwards", () => {
  test("a moved meeting keeps its length and calendar; its reminders follow", async () => {
    const who = await office({ staff: 2 });
    const { id, resourceId } = await book(who, "2026-03-05T13:00", { minutes: 50 });
    const { body } = await who.ask(`meetings/${id}/move`, { startsLocal: "2026-03-09T09:00" });
    expect(body).toMatchObject({ endsLocal: "2026-03-09T09:50", resourceId, sequence: 1 });
    expect(body.reminders[0].dueAt).toBe("2026-03-08T07:00:00Z");
    await book(who, "2026-03-09T15:00", { resourceId });
    expect((await who.ask(`meetings/${id}/move`, { startsLocal: "2026-03-09T15:00" })).status).toBe(409);
    expect((await who.ask(`meetings/${id}`)).body.startsLocal).toBe("2026-03-09T09:00");
  });

  test("a cancelled meeting frees its time and reminds nobody; it cannot be cancelled again", async () => {
    const who = await office();
    const { id } = await book(who, "2026-03-05T10:00");
    expect((await who.ask(`meetings/${id}/cancel`, {})).body).toMatchObject({ status: "cancelled", reminders: [] });
    expect((await who.ask(`meetings/${id}/cancel`, {})).status).toBe(404);
    expect((await book(who, "2026-03-05T10:00")).status).toBe("booked");
  });

  test("what became of a meeting is said once it has begun, and can be taken back", async () => {
    const who = await office();
    const { id } = await book(who, "2026-03-01T12:00");
    const settle = (outcome: string) => who.ask(`meetings/${id}/outcome`, { outcome });
    const early = await settle("no_show");
    expect([early.status, early.body.error.fields]).toEqual([422, [{ path: "outcome", code: "not_begun" }]]);
    now = now.add({ hours: 2 });
    expect((await settle("no_show")).body.status).toBe("no_show");
    expect((await settle("completed")).body.status).toBe("completed");
    expect((await settle("booked")).body.status).toBe("booked");
    now = now.subtract({ hours: 2 });
  });

  test("blocked time takes every calendar or none, and nobody can be booked into it", async () => {
    const who = await office({ staff: 2 });
    const block = { startsLocal: "2026-03-10T09:00", minutes: 480, topic: "השתלמות" };
    await book(who, "2026-03-10T10:00", { resourceId: who.resourceIds[1] });
    expect((await who.ask("blocks", block)).status).toBe(409);
    const { body: free } = await who.ask("free?from=2026-03-10&to=2026-03-10");
    expect(free.items.some(({ resourceId }: Answer) => resourceId === who.resourceIds[0])).toBe(true);
    const one = await who.ask("blocks", { ...block, resourceId: who.resourceIds[0] });
    expect([one.status, one.body.items]).toMatchObject([201, [{ customerId: null, topic: "השתלמות", reminders: [] }]]);
    const { body: left } = await who.ask(`free?from=2026-03-10&to=2026-03-10&resourceId=${who.resourceIds[0]}`);
    expect(left.items).toEqual([]);
    expect((await who.ask(`meetings/${one.body.items[0].id}/outcome`, { outcome: "completed" })).status).toBe(404);
    expect((await who.ask(`meetings/${one.body.items[0].id}/cancel`, {})).status).toBe(200);
  });
});

describe("looking", () => {
  test("meetings of some days come in their order, page by page, filtered by calendar and customer", async () => {
    const who = await office({ staff: 2 });
    const made: string[] = [];
    for (const time of ["T23:30", "T10:00", "T12:00"]) made.push((await book(who, `2026-03-12${time}`)).id);
    await book(who, "2026-03-13T00:00");
    const other = await book(who, "2026-03-12T14:00", {
      resourceId: who.resourceIds[1],
      customerId: who.customerIds[1],
    });
    const ids = (body: Answer) => body.items.map(({ id }: Answer) => id);
    const day = "from=2026-03-12&to=2026-03-12";
    const first = await who.ask(`meetings?${day}&limit=3`);
    expect(ids(first.body)).toEqual([made[1], made[2], other.id]);
    expect(ids((await who.ask(`meetings?${day}&limit=3&cursor=${first.body.next}`)).body)).toEqual([made[0]]);
    expect(ids((await who.ask(`meetings?${day}&customerId=${who.customerIds[1]}`)).body)).toEqual([other.id]);
    expect(ids((await who.ask(`meetings?${day}&resourceId=${who.resourceIds[1]}`)).body)).toEqual([other.id]);
  });

  test("days show what kind they are, when rest begins in that city, and what stays open", async () => {
    const who = await office();
    // Pesach 5786: the eve is Wednesday, 1 April 2026.
    const { body } = await who.ask("days?from=2026-03-31&to=2026-04-02");
    const [workday, eve, holiday] = body.items;
    expect(workday).toMatchObject({ weekday: 2, rest: null, closed: [] });
    expect(workday.open).toEqual([{ resourceId: who.resourceIds[0], fromMinute: 540, toMinute: 1_020 }]);
    expect(eve).toMatchObject({ hebrewDate: "י״ד בניסן תשפ״ו", rest: { kind: "eve", name: "ערב פסח" } });
    expect(eve.closed).toMatchObject([{ toMinute: 1_440, why: "פסח" }]);
    // Sunset in Tel Aviv is about 18:59 that day, candles some 18-20 minutes before.
    expect(eve.closed[0].fromMinute).toBeWithin(18 * 60 + 30, 18 * 60 + 50);
    expect(holiday).toMatchObject({ rest: { kind: "holiday", name: "פסח" }, open: [] });
  });

  test("the day of a clock change has its slots, none of them in the hour that is not there", async () => {
    const who = await office({ rules: { stepMinutes: 30 }, fromMinute: 0, toMinute: 300 });
    const { body } = await who.ask("free?from=2026-03-27&to=2026-03-27");
    const times = body.items.map(({ startsLocal }: Answer) => startsLocal.slice(11));
    expect(times).toEqual(["00:00", "00:30", "01:00", "01:30", "03:00", "03:30", "04:00", "04:30"]);
  });

  test("the feed's address is a secret: the owner sees and renews it, with the password given lately", async () => {
    const who = await office();
    expect((await who.ask("feed")).status).toBe(403);
    const show = (confirmedAt?: Temporal.Instant) =>
      api.json<Answer>(member(who.businessId), "/api/calendar/feed", confirmedAt === undefined ? {} : { confirmedAt });
    expect((await show(now.subtract({ hours: 1 }))).body.error.message).toBe("confirm_password");
    const { body } = await show();
    expect(body.address).toStartWith(`https://office.example/api/calendar/feed/${who.businessId}.ics?token=`);
    expect((await who.ask("feed/renew", {})).status).toBe(403);
    const renewed = await api.json<Answer>(member(who.businessId), "/api/calendar/feed/renew", { method: "POST" });
    expect(renewed.body.address).not.toBe(body.address);
    const feed = async (address: string) =>
      (await api.ask(undefined, new URL(address).pathname + new URL(address).search)).status;
    expect([await feed(body.address), await feed(renewed.body.address)]).toEqual([404, 200]);
  });
});

test("another business's meeting, customer and calendar are not there", async () => {
  const [mine, theirs] = [await office(), await office()];
  const { id } = await book(theirs, "2026-03-05T10:00");
  expect((await mine.ask(`meetings/${id}`)).status).toBe(404);
  expect((await mine.ask(`meetings/${id}/move`, { startsLocal: "2026-03-06T10:00" })).status).toBe(404);
  expect((await mine.ask(`meetings/${id}/cancel`, {})).status).toBe(404);
  expect((await mine.ask(`meetings/${id}/outcome`, { outcome: "booked" })).status).toBe(404);
  const at = { startsLocal: "2026-03-06T10:00" };
  expect((await mine.ask("meetings", { ...at, customerId: theirs.customerIds[0] })).status).toBe(404);
  const room = { resourceId: theirs.resourceIds[0] };
  expect((await mine.ask("meetings", { ...at, ...room, customerId: mine.customerIds[0] })).status).toBe(404);
  expect((await mine.ask("blocks", { ...at, ...room, minutes: 60 })).status).toBe(404);
  expect((await mine.ask("meetings?from=2026-03-01&to=2026-03-31")).body.items).toEqual([]);
  expect((await theirs.ask(`meetings/${id}`)).body.status).toBe("booked");
});

const id = newId();
test.each([
  ["meetings", undefined, "from"],
  ["meetings?from=2026-03-01&to=soon", undefined, "to"],
  ["days?from=2026-03-02&to=2026-03-01", undefined, "to"],
  ["days?from=2026-03-01&to=2026-06-01", undefined, "to"],
  ["free?from=2026-03-01&to=2026-03-02&minutes=0", undefined, "minutes"],
  ["meetings", { startsLocal: "2026-03-05T10:00" }, "customerId"],
  ["meetings", { startsLocal: "2026-03-05T10:00", customerId: id, customer: { phone: "0541234567" } }, "customerId"],
  ["meetings", { startsLocal: "2026-03-05T10:00", customer: { phone: "7" } }, "customer.phone"],
  ["meetings", { startsLocal: "2026-03-05", customerId: id }, "startsLocal"],
  ["meetings", { startsLocal: "2026-02-30T10:00", customerId: id }, "startsLocal"],
  ["meetings", { customerId: id }, "startsLocal"],
  ["meetings", { startsLocal: "2026-03-05T10:00", startsAt: "2026-03-05T10:00:00Z", customerId: id }, "startsAt"],
  [`meetings/${id}/outcome`, { outcome: "married" }, "outcome"],
  ["blocks", { startsLocal: "2026-03-05T10:00", minutes: 2_000 }, "minutes"],
])("%s with %j is 422 at %s", async (path, body, field) => {
  const who = await office();
  const answer = await who.ask(path, body);
  expect([answer.status, answer.body.error.fields?.[0]?.path]).toEqual([422, field]);
});
