import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Access } from "../api/env.ts";
import { door, member } from "../api/testing/door.ts";
import { type CallId, type CallSid, newId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { calls } from "../db/schema/call.ts";
import { meetings } from "../db/schema/meeting.ts";
import { resources } from "../db/schema/resource.ts";
import { usage } from "../db/schema/usage.ts";
import { withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { addBusiness } from "../tenants/business.ts";
import { createUsageApi } from "./api.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are compared whole, not used
type Answer = any;

let db: TestDatabase;
let api: ReturnType<typeof door>;
let owner: Access;
let stranger: Access;

beforeAll(async () => {
  db = await testDatabase();
  api = door(createUsageApi({ db, usdIlsRate: 4 }));
  owner = member(await addBusiness(db, { name: "מספרה", phone: "+97231114001" as Phone }));
  stranger = member(await addBusiness(db, { name: "מוסך", phone: "+97231114002" as Phone }));
});
afterAll(() => db.drop());

/** A call of one minute at this time, its line and a million tokens of text for 4 dollars. */
async function useOnce(who: Access, at: string, model = "gpt-realtime-2.1"): Promise<void> {
  const businessId = who.businessId!;
  const createdAt = Temporal.Instant.from(at);
  const callId = newId<CallId>();
  const call = { id: callId, businessId, callSid: `CA${callId.replaceAll("-", "")}` as CallSid };
  const row = { businessId, callId, createdAt };
  await withTenant(db, businessId, async (tx) => {
    await tx
      .insert(calls)
      .values({ ...call, toPhone: "+97231114001" as Phone, startedAt: createdAt, durationMs: 60_000 });
    await tx.insert(usage).values([
      { ...row, id: newId(), key: `a${callId}`, kind: "voice", model, textInputTokens: 1_000_000 },
      { ...row, id: newId(), key: `b${callId}`, kind: "phone", model: "twilio-voice", seconds: 60 },
    ]);
  });
}

test("a day is a day of the business's zone; lines add up to the total", async () => {
  // Midnight in Jerusalem between 5 and 6 January is 22:00 UTC.
  await useOnce(owner, "2026-01-05T21:59:59Z");
  await useOnce(owner, "2026-01-05T22:00:00Z");
  await useOnce(owner, "2026-01-06T10:00:00Z");
  await useOnce(stranger, "2026-01-06T10:00:00Z");
  const { body } = await api.json<Answer>(owner, "/api/usage?from=2026-01-05&to=2026-01-06");
  // 4 dollars and 0.0125 for the line, at 4 shekels: 1,605 agorot a call.
  expect(body.items).toEqual([
    {
      label: "2026-01-06",
      calls: 2,
      callSeconds: 120,
      messages: 0,
      textTokens: 2_000_000,
      audioTokens: 0,
      costAgorot: 3_210,
    },
    {
      label: "2026-01-05",
      calls: 1,
      callSeconds: 60,
      messages: 0,
      textTokens: 1_000_000,
      audioTokens: 0,
      costAgorot: 1_605,
    },
  ]);
  expect(body.total).toMatchObject({ calls: 3, costAgorot: 4_815 });
  expect(body.models).toMatchObject([
    { model: "gpt-realtime-2.1", kind: "voice", costAgorot: 4_800 },
    { model: "twilio-voice", kind: "phone", seconds: 180, costAgorot: 15 },
  ]);
  const month = await api.json<Answer>(owner, "/api/usage?from=2026-01-05&to=2026-01-06&by=month");
  expect(month.body.items).toMatchObject([{ label: "2026-01", calls: 3 }]);
});

test("a model without a price is named, and counted at the dearest of its kind", async () => {
  await useOnce(owner, "2026-02-10T10:00:00Z", "tomorrow-1");
  const { body } = await api.json<Answer>(owner, "/api/usage?from=2026-02-10&to=2026-02-10");
  expect([body.unpriced, body.total.costAgorot]).toEqual([["tomorrow-1"], 1_605]);
});

test.each([
  ["from=2026-01-02&to=2026-01-01", "to"],
  ["from=2025-01-01&to=2026-12-31", "to"],
  ["from=2026-01-01", "to"],
  ["from=2026-01-01&to=2026-01-02&by=hour", "by"],
])("%s is 422 at %s", async (query, field) => {
  const { status, body } = await api.json<Answer>(owner, `/api/usage?${query}`);
  expect([status, body.error.fields[0].path]).toEqual([422, field]);
});

test("some days are compared with as many before: how calls ended, what was booked, what it cost", async () => {
  const who = member(await addBusiness(db, { name: "סטודיו", phone: "+97231114003" as Phone }));
  const businessId = who.businessId!;
  const ended = (at: string, endReason: string | null, origin: "phone" | "browser" = "phone") =>
    withTenant(db, businessId, (tx) => {
      const id = newId<CallId>();
      const callSid = `CA${id.replaceAll("-", "")}` as CallSid;
      return tx
        .insert(calls)
        .values({ id, businessId, callSid, startedAt: Temporal.Instant.from(at), endReason, origin });
    });
  await ended("2026-03-08T10:00:00Z", "caller_hung_up");
  await ended("2026-03-09T10:00:00Z", "transferred");
  await ended("2026-03-14T10:00:00Z", "fallback");
  await ended("2026-03-14T11:00:00Z", null); // goes on
  await ended("2026-03-14T12:00:00Z", "caller_hung_up", "browser"); // a test
  await ended("2026-03-07T21:59:59Z", "lost"); // a second before midnight in Jerusalem
  await ended("2026-02-28T21:59:59Z", "caller_hung_up"); // before the days before
  await useOnce(who, "2026-03-10T10:00:00Z");
  await useOnce(stranger, "2026-03-10T10:00:00Z");
  const meet = (at: string, source: "call" | "staff", status: "booked" | "cancelled") =>
    withTenant(db, businessId, async (tx) => {
      const [room] = await tx.select().from(resources);
      const startsAt = Temporal.Instant.from(at).add({ hours: 50 });
      const [endsAt, createdAt] = [startsAt.add({ minutes: 30 }), Temporal.Instant.from(at)];
      const span = { startsAt, endsAt, busyFrom: startsAt, busyTo: endsAt, createdAt };
      await tx.insert(meetings).values({ id: newId(), businessId, resourceId: room!.id, source, status, ...span });
    });
  await meet("2026-03-09T10:00:00Z", "call", "booked");
  await meet("2026-03-10T10:00:00Z", "call", "cancelled");
  await meet("2026-03-11T10:00:00Z", "staff", "booked");
  await meet("2026-03-02T10:00:00Z", "call", "booked");
  const { body } = await api.json<Answer>(who, "/api/usage/compared?from=2026-03-08&to=2026-03-14");
  expect(body).toEqual({
    now: { answered: 2, missed: 1, handedOver: 1, booked: 2, costAgorot: 1_605 },
    before: { answered: 0, missed: 1, handedOver: 0, booked: 1, costAgorot: 0 },
  });
});
