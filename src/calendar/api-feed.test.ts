import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { Hono } from "hono";
import { systemClock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import { businesses } from "../db/schema/business.ts";
import { withSystem } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { errorHandler } from "../http/errors.ts";
import { createCalendarApi } from "./api.ts";
import { bookSlot } from "./book.ts";
import { cancelMeeting } from "./cancel.ts";
import { feedAddress, renewFeed } from "./feed-address.ts";
import { createRestCalendars } from "./rest.ts";
import { type TestBusiness, testBusiness } from "./testing/test-business.ts";

const secret = "a-secret-of-this-installation";
let db: TestDatabase;
let server: Hono;
beforeAll(async () => {
  db = await testDatabase();
  server = new Hono();
  server.onError(errorHandler(silentLog));
  server.route(
    "/",
    createCalendarApi({
      db,
      clock: systemClock,
      secret,
      restCalendars: createRestCalendars(),
      customerNews: {} as never,
      publicBaseUrl: () => "https://office.example",
    }),
  );
}, 20_000);
afterAll(() => db.drop());

const addressOf = (business: TestBusiness, of = secret): Promise<string> =>
  business.run((ctx) => feedAddress(ctx, of, "https://office.example"));
const get = async (address: string, headers: Record<string, string> = {}): Promise<Response> =>
  server.request(address, { headers });

async function book(business: TestBusiness, startsAt: Temporal.Instant, topic: string): Promise<string> {
  const startMs = startsAt.epochMilliseconds;
  const booking = await business.run((ctx) =>
    bookSlot(ctx, {
      customerId: business.customerIds[0]!,
      slot: { resourceId: business.resourceIds[0]!, startMs, endMs: startMs + 1_800_000 },
      source: "staff",
      topic,
      now: systemClock.instant(),
      restCalendars: createRestCalendars(),
    }),
  );
  if (booking.kind !== "booked") throw new Error("the slot was taken");
  return booking.meeting.id;
}

/** As a calendar reads it (RFC 5545): unfolds lines, then takes every event's properties. */
function parseIcs(text: string): Record<string, string>[] {
  expect(text.endsWith("\r\n")).toBe(true);
  expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  for (const line of text.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  const events: Record<string, string>[] = [];
  const open: string[] = [];
  for (const line of text.replaceAll("\r\n ", "").trimEnd().split("\r\n")) {
    const [, name = "", value = ""] = /^([A-Z-]+)(?:;[^:]*)?:(.*)$/.exec(line) ?? [];
    expect(name).not.toBe("");
    if (name === "BEGIN") open.push(value);
    else if (name === "END") expect(open.pop()).toBe(value);
    else if (open.at(-1) === "VEVENT") events.at(-1)![name] = value;
    if (name === "BEGIN" && value === "VEVENT") events.push({});
  }
  expect(open).toEqual([]);
  return events;
}

const tomorrow = systemClock.instant().add({ hours: 24 }).round("hour");

test("a calendar that subscribes reads every meeting, in UTC, and of the customer the name only", async () => {
  const business = await testBusiness(db);
  await book(business, tomorrow, "תספורת וצבע, כולל ייעוץ ארוך מאוד שחורג משורה אחת של היומן");
  const cancelled = await book(business, tomorrow.add({ hours: 2 }), "פן");
  await business.run((ctx) => cancelMeeting(ctx, { meetingId: cancelled, now: systemClock.instant() }));
  const answer = await get(await addressOf(business));
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/calendar; charset=utf-8"]);
  const events = parseIcs(await answer.text());
  const stamp = (at: Temporal.Instant) => at.toString().replace(/[-:]/g, "");
  expect(events).toHaveLength(2);
  const [second, first] = events;
  expect(first).toMatchObject({
    DTSTART: stamp(tomorrow),
    DTEND: stamp(tomorrow.add({ minutes: 30 })),
    STATUS: "CONFIRMED",
  });
  expect(first!.SUMMARY).toStartWith("לקוח 1\\, תספורת וצבע\\, כולל");
  expect(second).toMatchObject({ UID: `${cancelled}@agentlocator`, STATUS: "CANCELLED", SEQUENCE: "1" });
  for (const event of events)
    expect(Object.keys(event).toSorted()).toEqual([..."DTEND DTSTAMP DTSTART SEQUENCE STATUS SUMMARY UID".split(" ")]);
});

test("a feed that did not change is not sent again", async () => {
  const business = await testBusiness(db);
  const address = await addressOf(business);
  const tag = (await get(address)).headers.get("etag") ?? "";
  for (const header of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
    const again = await get(address, { "If-None-Match": header });
    expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", tag]);
  }
  await book(business, tomorrow, "תור");
  expect((await get(address, { "If-None-Match": tag })).status).toBe(200);
});

describe("an address that opens nothing is 404, whatever is wrong with it", () => {
  const wrong: [string, (own: URL, other: URL) => string | URL | Promise<string>][] = [
    ["no token", (own) => own.pathname],
    ["an empty token", (own) => `${own.pathname}?token=`],
    ["another business's token", (own, other) => `${own.pathname}${other.search}`],
    ["a token cut short", (own) => own.href.slice(0, -1)],
    ["a token with more behind it", (own) => `${own.href}A`],
    ["a token beyond ASCII", (own) => `${own.pathname}?token=${"א".repeat(43)}`],
    ["a business that is not there", (own) => `/api/calendar/feed/${newId()}.ics${own.search}`],
    ["a business that is no id", (own) => `/api/calendar/feed/7.ics${own.search}`],
    ["another ending", (own) => `${own.pathname.replace(".ics", ".csv")}${own.search}`],
  ];
  for (const [what, spoil] of wrong)
    test(what, async () => {
      const [own, other] = await Promise.all(
        [await testBusiness(db), await testBusiness(db)].map(async (business) => new URL(await addressOf(business))),
      );
      const answer = await get(String(await spoil(own!, other!)));
      expect([answer.status, await answer.text()]).toEqual([
        404,
        '{"error":{"code":"not_found","message":"not_found"}}',
      ]);
      expect((await get(own!.href)).status).toBe(200);
    });

  test("a token of another installation", async () => {
    const business = await testBusiness(db);
    expect((await get(await addressOf(business, "another secret"))).status).toBe(404);
  });

  test("an address given out before the feed was renewed", async () => {
    const business = await testBusiness(db);
    const before = await addressOf(business);
    await business.run(renewFeed);
    expect((await get(before)).status).toBe(404);
    expect((await get(await addressOf(business))).status).toBe(200);
  });

  test("a business that is suspended", async () => {
    const business = await testBusiness(db);
    const address = await addressOf(business);
    const { businessId } = business;
    await withSystem(db, (tx) =>
      tx.update(businesses).set({ status: "suspended" }).where(eq(businesses.id, businessId)),
    );
    expect((await get(address)).status).toBe(404);
  });
});
