import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { asc, eq, inArray } from "drizzle-orm";
import type { Access } from "../api/env.ts";
import { door, member } from "../api/testing/door.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import { bookByStaff } from "../calendar/by-staff.ts";
import { createRestCalendars } from "../calendar/rest.ts";
import { type TestBusiness, testBusiness } from "../calendar/testing/test-business.ts";
import { importLeads } from "../crm/csv/import-leads.ts";
import { archiveLead } from "../crm/leads/change-lead.ts";
import { saveLead } from "../crm/leads/save-lead.ts";
import { addLeadStatus, removeLeadStatus } from "../crm/leads/statuses.ts";
import { touchLead } from "../crm/leads/touch.ts";
import { auditLog } from "../db/schema/audit.ts";
import { jobs } from "../db/schema/job.ts";
import { leads as leadRows } from "../db/schema/lead.ts";
import { notifications } from "../db/schema/notification.ts";
import { webhookDeliveries, webhooks } from "../db/schema/webhook.ts";
import { withSystem } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import type { ClaimedJob } from "../jobs/claims.ts";
import { eventQueue } from "../jobs/publish.ts";
import { limits } from "../limits.ts";
import { webhookRoutes } from "./api-webhooks.ts";
import { addDelivery, deliveryQueue, sweepDeliveries } from "./deliveries.ts";
import type { PostOutside } from "./post-outside.ts";
import { webhookJobHandlers } from "./webhook-jobs.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are compared whole, not used
type Answer = any;

const secret = "the installation's own secret, long enough";
let now = Temporal.Instant.from("2026-03-01T08:00:00Z");
const clock: Clock = { ...systemClock, instant: () => now };
let sent: Parameters<PostOutside>[0][] = [];
let answer: () => number = () => 200;
let retryAfter: string | null = null;
let duringPost: () => Promise<void> = async () => {};
const post: PostOutside = async (to) => {
  sent.push(to);
  await duringPost();
  return { status: answer(), retryAfter };
};
let db: TestDatabase;
let api: ReturnType<typeof door>;

beforeAll(async () => {
  db = await testDatabase();
  api = door(webhookRoutes({ db, clock: systemClock, secret }));
});
beforeEach(async () => {
  sent = [];
  answer = () => 200;
  retryAfter = null;
  duringPost = async () => {};
  await withSystem(db, (tx) => tx.delete(jobs));
});
afterAll(() => db.drop());

interface Office extends TestBusiness {
  owner: Access;
  webhook: Answer;
}

async function office(events = ["meeting.booked"]): Promise<Office> {
  const business = await testBusiness(db);
  const owner = member(business.businessId);
  const { body } = await api.json<Answer>(owner, "/api/webhooks", {
    body: { url: "https://hooks.example.com/in?x=1", events },
  });
  return { ...business, owner, webhook: body };
}

const book = (who: Office, startsLocal: string) =>
  who.run((ctx) =>
    bookByStaff(ctx, {
      customerId: who.customerIds[0]!,
      startsAt: Temporal.PlainDateTime.from(startsLocal).toZonedDateTime("Asia/Jerusalem").toInstant(),
      topic: "תספורת",
      now,
      restCalendars: createRestCalendars(),
    }),
  );

/** Does what is due, as the runner would, until nothing is; returns how long the next one waits, in seconds. */
async function work(): Promise<number | null> {
  const handlers = webhookJobHandlers({ db, clock, log: silentLog, secret, post });
  for (let round = 0; round < 50; round++) {
    const [job] = await withSystem(db, (tx) =>
      tx
        .select()
        .from(jobs)
        .where(inArray(jobs.queue, Object.keys(handlers)))
        .orderBy(asc(jobs.runAt), asc(jobs.id))
        .limit(1),
    );
    if (!job) return null;
    // What was not put off is due: its time is the database's own clock.
    const waits = Math.round((job.runAt.epochMilliseconds - now.epochMilliseconds) / 1_000);
    const isPutOff = (await log(job)).nextAt !== null && waits > 0;
    if (isPutOff) return waits;
    await handlers[job.queue]!(job as unknown as ClaimedJob, new AbortController().signal);
    await withSystem(db, (tx) => tx.delete(jobs).where(eq(jobs.id, job.id)));
  }
  throw new Error("it never ends");
}

/** The delivery that a job is about, if it is about one. */
async function log(job: { payload: unknown }): Promise<{ nextAt: Temporal.Instant | null }> {
  const { deliveryId } = job.payload as { deliveryId?: string };
  if (deliveryId === undefined) return { nextAt: null };
  const [row] = await withSystem(db, (tx) =>
    tx.select().from(webhookDeliveries).where(eq(webhookDeliveries.id, deliveryId)),
  );
  return { nextAt: row?.nextAt ?? null };
}

/** As a receiver checks it: with the browser's cryptography, from the header's text alone. */
async function verifies(given: string, header: string, body: string): Promise<boolean> {
  const { t = "", v1 = "" } = Object.fromEntries(header.split(",").map((part) => part.split("=", 2)));
  const bytes = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", bytes.encode(given), { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);
  return crypto.subtle.verify("HMAC", key, Uint8Array.fromHex(v1), bytes.encode(`${t}.${body}`));
}

test("addresses that hang held up everybody's with each event anew: from the second on they wait among themselves", async () => {
  const who = await office();
  await book(who, "2026-03-05T10:00");
  answer = () => {
    throw new AppError("unavailable", "no answer in time");
  };
  expect(await work()).toBe(10);
  expect(sent).toHaveLength(1);
  await book(who, "2026-03-05T12:00");
  const handlers = webhookJobHandlers({ db, clock, log: silentLog, secret, post });
  const left = () => withSystem(db, (tx) => tx.select().from(jobs).where(eq(jobs.businessId, who.businessId)));
  for (const queue of [eventQueue, deliveryQueue])
    for (const job of (await left()).filter((each) => each.queue === queue)) {
      await handlers[queue]!(job as unknown as ClaimedJob, new AbortController().signal);
      await withSystem(db, (tx) => tx.delete(jobs).where(eq(jobs.id, job.id)));
    }
  expect(sent).toHaveLength(1);
  answer = () => 200;
  now = now.add({ seconds: 10 });
  expect(await work()).toBeNull();
  expect(sent).toHaveLength(3);
});

test("what happens is sent once, signed, with the whole subject", async () => {
  const who = await office();
  const { id } = await book(who, "2026-03-05T10:00");
  await work();
  expect(sent).toHaveLength(1);
  const [{ url, headers, body }] = sent as [Parameters<PostOutside>[0]];
  expect(url).toBe("https://hooks.example.com/in?x=1");
  const message = JSON.parse(body);
  expect(message).toMatchObject({ type: "meeting.booked", businessId: who.businessId });
  expect(message.data).toMatchObject({ id, topic: "תספורת", startsAt: "2026-03-05T08:00:00Z", customerName: "לקוח 1" });
  expect(headers["AgentLocator-Delivery"]).toBe(message.id);
  const signed = headers["AgentLocator-Signature"]!;
  expect(signed).toStartWith(`t=${now.epochMilliseconds / 1_000},v1=`);
  expect(await verifies(who.webhook.secret, signed, body)).toBe(true);
  expect(await verifies(who.webhook.secret, signed, `${body} `)).toBe(false);
  expect(await verifies("whsec_other", signed, body)).toBe(false);
  const { body: log } = await api.json<Answer>(who.owner, `/api/webhooks/${who.webhook.id}/deliveries`);
  expect(log.items).toMatchObject([{ event: "meeting.booked", status: "delivered", attempts: 1, answerStatus: 200 }]);
});

test("an event that nobody asked for, and another business's, is sent nowhere", async () => {
  const [mine, theirs] = [await office(["meeting.cancelled"]), await office(["meeting.booked"])];
  await book(mine, "2026-03-05T10:00");
  await work();
  expect(sent).toEqual([]);
  expect((await api.ask(theirs.owner, `/api/webhooks/${mine.webhook.id}/deliveries`)).status).toBe(404);
});

test("what is refused is tried again for about a day, with ever longer waits, as the same delivery", async () => {
  const who = await office();
  answer = () => 503;
  await book(who, "2026-03-05T10:00");
  const waits: number[] = [];
  const began = now;
  for (let wait = await work(); wait !== null; wait = await work()) {
    waits.push(wait);
    now = now.add({ seconds: wait });
  }
  expect(waits).toEqual([10, 60, 300, 1_800, 7_200, 21_600, 43_200]);
  expect(sent).toHaveLength(8);
  expect(new Set(sent.map(({ headers }) => headers["AgentLocator-Delivery"])).size).toBe(1);
  const { body } = await api.json<Answer>(who.owner, `/api/webhooks/${who.webhook.id}/deliveries`);
  expect(body.items).toMatchObject([{ status: "failed", attempts: 8, answerStatus: 503 }]);
  now = began;
});

test("a receiver that asks for time is given it, and never less than it would have had", async () => {
  const who = await office();
  const began = now;
  answer = () => 429;
  retryAfter = "45";
  await book(who, "2026-03-05T10:00");
  expect(await work()).toBe(45); // instead of 10
  now = now.add({ seconds: 45 });
  retryAfter = "5";
  expect(await work()).toBe(60);
  now = now.add({ seconds: 60 });
  retryAfter = "a while";
  expect(await work()).toBe(300);
  expect(sent).toHaveLength(3);
  now = began;
});

test("one that answers again is no longer failing", async () => {
  const who = await office();
  answer = () => {
    throw new AppError("upstream", "nobody answered");
  };
  await book(who, "2026-03-05T10:00");
  now = now.add({ seconds: (await work())! });
  const state = async () => (await api.json<Answer>(who.owner, "/api/webhooks")).body.items[0];
  expect((await state()).failingSince).not.toBeNull();
  answer = () => 204;
  await work();
  expect(await state()).toMatchObject({ failingSince: null, active: true });
});

test("an address that answers nothing for days is switched off, and the business is told once", async () => {
  const who = await office();
  answer = () => 500;
  const began = now;
  for (let day = 0; day < 5; day++) {
    await book(who, `2026-03-${String(10 + day)}T10:00`);
    for (let wait = await work(); wait !== null; wait = await work()) now = now.add({ seconds: wait });
    now = now.add({ hours: 6 });
  }
  expect((await api.json<Answer>(who.owner, "/api/webhooks")).body.items[0].active).toBe(false);
  const told = await who.run((ctx) => ctx.tx.select().from(notifications).where(eq(notifications.kind, "webhook_off")));
  expect(told.map(({ title }) => title)).toEqual(["hooks.example.com"]);
  const { body } = await api.json<Answer>(who.owner, `/api/webhooks/${who.webhook.id}`, {
    method: "PATCH",
    body: { active: true },
  });
  expect(body).toMatchObject({ active: true, failingSince: null });
  now = began;
});

test("a test event goes out at once; a new secret signs from then on; a removed one is silent", async () => {
  const who = await office();
  const path = `/api/webhooks/${who.webhook.id}`;
  const renewed = await api.json<Answer>(who.owner, `${path}/secret`, { method: "POST" });
  expect((await api.ask(who.owner, `${path}/test`, { method: "POST" })).status).toBe(202);
  await work();
  const [{ headers, body }] = sent as [Parameters<PostOutside>[0]];
  expect(JSON.parse(body).type).toBe("test");
  expect(await verifies(renewed.body.secret, headers["AgentLocator-Signature"]!, body)).toBe(true);
  expect(await verifies(who.webhook.secret, headers["AgentLocator-Signature"]!, body)).toBe(false);
  await book(who, "2026-03-05T10:00");
  expect((await api.ask(who.owner, path, { method: "DELETE" })).status).toBe(204);
  await work();
  expect(sent).toHaveLength(1);
});

describe("an address that is switched off", () => {
  const path = (who: Office) => `/api/webhooks/${who.webhook.id}`;
  const change = (who: Office, active: boolean) =>
    api.json<Answer>(who.owner, path(who), { method: "PATCH", body: { active } });
  const deliveries = async (who: Office) =>
    (await api.json<Answer>(who.owner, `${path(who)}/deliveries`)).body.items.map(
      ({ status, attempts, nextAt }: Answer) => ({ status, attempts, nextAt }),
    );
  const skipped = (attempts: number) => ({ status: "skipped", attempts, nextAt: null });

  test("gets no test: the refusal says why, and nothing is written down", async () => {
    const who = await office();
    await change(who, false);
    const { status, body } = await api.json<Answer>(who.owner, `${path(who)}/test`, { method: "POST" });
    expect([status, body.error]).toEqual([409, { code: "taken", message: "webhook_off" }]);
    await work();
    expect([sent, await deliveries(who)]).toEqual([[], []]);
  });

  test("is sent nothing of what waited, neither then nor on being switched on again; what happens from then on is", async () => {
    const who = await office();
    answer = () => 503;
    await book(who, "2026-03-05T10:00");
    await work(); // refused once: the next try is put off
    await book(who, "2026-03-05T12:00"); // and this one has not begun
    await change(who, false);
    await work();
    expect(await deliveries(who)).toEqual([skipped(1)]);
    await change(who, true);
    now = now.add({ hours: 24 });
    answer = () => 200;
    sent = [];
    await book(who, "2026-03-06T10:00");
    await work();
    expect(sent).toHaveLength(1);
    now = now.subtract({ hours: 24 });
  });

  test("while a try is on its way: a refusal changes nothing, an arrival is told as it is", async () => {
    for (const [status, expected] of [
      [503, skipped(0)],
      [200, { status: "delivered", attempts: 1, nextAt: null }],
    ] as const) {
      const who = await office();
      await book(who, "2026-03-05T10:00");
      duringPost = async () => {
        await change(who, false);
        await change(who, true);
      };
      answer = () => status;
      await work();
      expect(await deliveries(who)).toEqual([expected]);
    }
  });

  test("by the days of silence, too, leaves nothing waiting", async () => {
    const who = await office();
    answer = () => 500;
    await book(who, "2026-03-05T10:00");
    await work();
    const days = now.subtract({ milliseconds: limits.webhookFailingMs + 1 });
    await who.run(async ({ tx }) => {
      await tx.update(webhooks).set({ failingSince: days });
      await tx.update(webhookDeliveries).set({ attempts: 7, nextAt: null });
    });
    const another = { event: "test", source: newId(), payload: {} };
    await who.run((ctx) => addDelivery(ctx, who.webhook.id, another));
    await work();
    expect((await deliveries(who)).map(({ status }: Answer) => status).sort()).toEqual(["failed", "skipped"]);
  });
});

test("a test is written down: who sent it, and where to", async () => {
  const who = await office();
  await api.ask(who.owner, `/api/webhooks/${who.webhook.id}/test`, { method: "POST" });
  const acts = await who.run(({ tx }) => tx.select().from(auditLog).where(eq(auditLog.action, "webhook.test")));
  expect(acts).toMatchObject([{ subject: `webhook:${who.webhook.id}`, detail: {} }]);
});

test("what was sent leaves the log after two weeks", async () => {
  const who = await office();
  await api.ask(who.owner, `/api/webhooks/${who.webhook.id}/test`, { method: "POST" });
  const count = async () =>
    (await api.json<Answer>(who.owner, `/api/webhooks/${who.webhook.id}/deliveries`)).body.items.length;
  await sweepDeliveries(db, systemClock.instant());
  expect(await count()).toBe(1);
  await sweepDeliveries(db, systemClock.instant().add({ hours: 15 * 24 }));
  expect(await count()).toBe(0);
});

describe("an address that leads inside is refused", () => {
  test.each([
    "http://hooks.example.com/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0177.0.0.1/",
    "https://10.1.2.3/",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fd00::1]/",
    "https://[2002:7f00:1::]/",
    "https://localhost/",
    "https://db.internal/",
    "https://printer.local/",
    "https://intranet/",
    "https://user:pass@example.com/",
    "https://example.com:8443/",
    "file:///etc/hostname",
    "nonsense",
  ])("%s", async (url) => {
    const owner = member((await testBusiness(db)).businessId);
    const { status, body } = await api.json<Answer>(owner, "/api/webhooks", { body: { url, events: ["call.ended"] } });
    expect([status, body.error.fields[0].path]).toEqual([422, "url"]);
  });
});

test.each([
  [{ url: "https://example.com/", events: [] }, "events"],
  [{ url: "https://example.com/", events: ["call.begun"] }, "events.0"],
])("%j is 422 at %s", async (input, field) => {
  const owner = member((await testBusiness(db)).businessId);
  const { status, body } = await api.json<Answer>(owner, "/api/webhooks", { body: input });
  expect([status, body.error.fields[0].path]).toEqual([422, field]);
});

test("another business's webhook is not there, and an agent sees none", async () => {
  const [mine, theirs] = [await office(), await office()];
  const path = `/api/webhooks/${theirs.webhook.id}`;
  expect((await api.ask(mine.owner, path, { method: "PATCH", body: { active: false } })).status).toBe(404);
  expect((await api.ask(mine.owner, path, { method: "DELETE" })).status).toBe(404);
  for (const verb of ["test", "secret"])
    expect((await api.ask(mine.owner, `${path}/${verb}`, { method: "POST" })).status).toBe(404);
  expect((await api.ask(mine.owner, `/api/webhooks/${newId()}/deliveries`)).status).toBe(404);
  expect((await api.ask(member(mine.businessId, "agent"), "/api/webhooks")).status).toBe(403);
});

test("a lead that comes back from the archive is told, whatever brings it back; one that was never away is not", async () => {
  const who = await office(["lead.created", "lead.changed"]);
  const customerId = who.customerIds[0]!;
  const told = async () => {
    await work();
    return sent.splice(0).map(({ body }) => {
      const { type, data } = JSON.parse(body);
      return [type, data.archivedAt];
    });
  };
  const heardOf = () => who.run((ctx) => touchLead(ctx, customerId));
  const saved = () => who.run((ctx) => saveLead(ctx, { customerId, source: "call", interest: "צבע" }));
  const lead = await saved();
  expect(await told()).toEqual([["lead.created", null]]);
  for (const bring of [heardOf, saved]) {
    await bring();
    expect(await told()).toEqual([]);
    await who.run((ctx) => archiveLead(ctx, lead.id, true));
    expect(await told()).toEqual([["lead.changed", expect.any(String)]]);
    await bring();
    expect(await told()).toEqual([["lead.changed", null]]);
  }
});

describe("many leads at once", () => {
  const file = (rows: number) =>
    Array.from({ length: rows }, (_row, index) => ({ line: index, phone: `+97250${1_000_000 + index}` as Phone })).map(
      (row) => ({ ...row, name: null, status: null, source: "import" as const, note: null, id: null }),
    );
  const bodies = () => sent.map(({ body }) => JSON.parse(body) as { type: string; data: { items: Answer[] } });

  test("a file of 250 is told in three requests, each lead whole and once; the same file again in none", async () => {
    const who = await office(["lead.created", "leads.created"]);
    const leads = file(250);
    await who.run((ctx) => importLeads(ctx, leads));
    await work();
    expect(bodies().map(({ type, data }) => [type, data.items.length])).toEqual([
      ["leads.created", 100],
      ["leads.created", 100],
      ["leads.created", 50],
    ]);
    const phones = bodies().flatMap(({ data }) => data.items.flatMap(({ phones }: Answer) => phones));
    expect(phones.sort()).toEqual(leads.map(({ phone }) => phone));
    await who.run((ctx) => importLeads(ctx, leads));
    await work();
    expect(sent).toHaveLength(3);
  });

  test("those of a status that is removed are told with the one that they have now, also from the archive", async () => {
    const who = await office(["leads.changed"]);
    await who.run(async (ctx) => {
      await importLeads(ctx, file(3));
      await addLeadStatus(ctx, { key: "cold", label: "קר" });
      await ctx.tx.update(leadRows).set({ status: "cold", archivedAt: systemClock.instant() });
      await removeLeadStatus(ctx, "cold", "new");
    });
    await work();
    const [told] = bodies();
    expect(told?.data.items.map(({ status }) => status)).toEqual(["new", "new", "new"]);
    expect(sent).toHaveLength(1);
  });

  test("nothing waits for a file of leads that nobody listens to", async () => {
    const who = await office(["lead.created"]);
    await who.run((ctx) => importLeads(ctx, file(3)));
    expect(await who.run(({ tx }) => tx.select().from(jobs).where(eq(jobs.queue, eventQueue)))).toEqual([]);
  });
});
