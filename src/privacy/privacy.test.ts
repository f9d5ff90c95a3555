import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import type { Access } from "../api/env.ts";
import { door, member } from "../api/testing/door.ts";
import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { type TestBusiness, testBusiness } from "../calendar/testing/test-business.ts";
import { deleteRecording } from "../calls/recordings.ts";
import { createSoundStore } from "../calls/sound-store.ts";
import { auditLog } from "../db/schema/audit.ts";
import { businessSettings } from "../db/schema/business.ts";
import { webhookDeliveries, webhooks } from "../db/schema/webhook.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import type { ClaimedJob } from "../jobs/claims.ts";
import { notify } from "../notify/create.ts";
import { audit } from "../tenants/audit.ts";
import { createPrivacyApi } from "./api.ts";
import { privacyJobHandlers } from "./erasure-job.ts";
import { personTables } from "./person-rows.ts";
import { sweepRetention } from "./retention.ts";
import { callSid, makePerson, mark, messageSid, type Person, phone } from "./testing/person.ts";
import { unzip } from "./testing/unzip.ts";

let db: TestDatabase;
let storageDir: string;
let business: TestBusiness;
let owner: Access;
let stranger: Access;
let person: Person;
let forgotten: string[];
let providerIsAway: boolean;

// A database of its own for each test: what is left of a person is looked for in all of it.
beforeEach(async () => {
  db = await testDatabase();
  storageDir = await mkdtemp(join(tmpdir(), "privacy-"));
  business = await testBusiness(db);
  owner = member(business.businessId);
  stranger = member((await testBusiness(db)).businessId);
  person = await makePerson(business, storageDir);
  forgotten = [];
  providerIsAway = false;
}, 20_000);
afterEach(async () => {
  await db.drop();
  await rm(storageDir, { recursive: true });
});

const api = () => door(createPrivacyApi({ db, storageDir, clock: systemClock, countExport: () => {} }));
const erase = (who = owner, id: string = person.customerId) =>
  api().json<{ erasureId: string }>(who, `/api/customers/${id}/erase`, { method: "POST" });
const erasures = async () =>
  (await api().json<{ items: { finishedAt: string | null; counts: Record<string, number> }[] }>(owner, "/api/erasures"))
    .body.items;

const forget = async (sid: string) => {
  if (providerIsAway) throw new AppError("upstream", "away");
  forgotten.push(sid);
};
const provider = {
  deleteCall: forget,
  deleteMessage: forget,
  fetchRecording: () => Promise.reject(new AppError("not_found", "none")),
  deleteRecording: async () => {},
};

const forgetContacts = async (_businessId: string, people: readonly { value: string }[]) => {
  for (const { value } of people) await forget(value);
};

/** As the runner does: every job that waits, once. Returns those that want another try. */
async function runJobs(): Promise<string[]> {
  const handlers = {
    ...privacyJobHandlers({ db, storageDir, provider, forgetContacts }),
    delete_recording: deleteRecording({ db, provider, sounds: createSoundStore(storageDir) } as never),
  };
  const again: string[] = [];
  const waiting = await withSystem(db, (tx) =>
    tx.execute<Record<string, unknown>>(
      sql`select id, business_id, queue, payload from jobs order by queue = 'privacy.erase', id`,
    ),
  );
  for (const { id, business_id: businessId, queue, payload } of waiting) {
    const run = handlers[queue as keyof typeof handlers];
    if (!run) continue;
    const done = await run(
      { id, businessId, queue, payload, attempt: 1 } as unknown as ClaimedJob,
      new AbortController().signal,
    ).then(
      () => true,
      () => false,
    );
    if (done) await withSystem(db, (tx) => tx.execute(sql`delete from jobs where id = ${id as string}`));
    else again.push(queue as string);
  }
  return again;
}

const other = newId();

/** A program is told of an import: this person, and whoever else was in the file. */
async function tellOfMany(others: readonly object[] = [{ id: other, name: "Somebody Else" }]): Promise<void> {
  const { businessId } = business;
  await business.run(async ({ tx }) => {
    const id = newId();
    await tx.insert(webhooks).values({ id, businessId, url: "https://y.example", events: ["leads.created"] });
    const payload = { items: [{ id: person.customerId, name: mark }, ...others] };
    const event = "leads.created";
    await tx
      .insert(webhookDeliveries)
      .values({ id: newId(), businessId, webhookId: id, event, source: newId(), payload });
  });
}

/** Tables in which one of these texts still stands. */
async function tablesWith(...texts: string[]): Promise<string[]> {
  return withSystem(db, async (tx) => {
    const tables = await tx.execute<{ name: string }>(sql`
      select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`);
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await tx.execute<{ row: string }>(
        sql`select to_jsonb(t)::text as row from ${sql.identifier(name)} t`,
      );
      if (rows.some(({ row }) => texts.some((text) => row.includes(text)))) found.push(name);
    }
    return found;
  });
}

test("every table that names a customer, a call, a talk, a message or a meeting is known to the export", async () => {
  const named = await withSystem(db, (tx) =>
    tx.execute<{ name: string }>(sql`
      select distinct table_name as name from information_schema.columns where table_schema = 'public'
        and column_name in ('customer_id', 'kept_id', 'call_id', 'conversation_id', 'message_id', 'meeting_id')`),
  );
  const listed = personTables({ businessId: business.businessId }, person.customerId).map(({ name }) => name);
  // Search words are made of what is listed; an erasure is what is left on purpose.
  const apart = ["call_terms", "customer_terms", "erasures"];
  expect(named.map(({ name }) => name).filter((name) => !listed.includes(name) && !apart.includes(name))).toEqual([]);
});

describe("the export", () => {
  test("holds every table and every file, as a ZIP", async () => {
    const answer = await api().ask(owner, `/api/customers/${person.customerId}/export`);
    expect(answer.headers.get("Content-Disposition")).toContain("attachment");
    const entries = unzip(await answer.bytes());
    const names = Object.keys(entries);
    for (const { name } of personTables({ businessId: business.businessId }, person.customerId)) {
      expect(names).toContain(`${name}.json`);
      expect(JSON.parse(entries[`${name}.json`]!)).not.toEqual([]);
    }
    expect(names.filter((name) => name.includes("/")).map((name) => name.split("/")[0])).toEqual([
      "recordings",
      "media",
    ]);
    expect(entries["call_turns.json"]).toContain(mark);
    const rows = await business.run(({ tx }) => tx.select().from(auditLog));
    expect(rows.map(({ action }) => action)).toContain("customer.export");
  });

  test("of a lead that was imported along with others shows nobody else", async () => {
    await tellOfMany();
    const answer = await api().ask(owner, `/api/customers/${person.customerId}/export`);
    const entries = unzip(await answer.bytes());
    expect(Object.values(entries).some((entry) => entry.includes("Somebody Else"))).toBe(false);
    const told = JSON.parse(entries["webhook_deliveries.json"]!) as { event: string; payload: unknown }[];
    expect(told.find(({ event }) => event === "leads.created")?.payload).toMatchObject({ items: [{ name: mark }] });
  });

  test("is for the owner of this business only", async () => {
    const path = `/api/customers/${person.customerId}/export`;
    expect((await api().ask(stranger, path)).status).toBe(404);
    expect((await api().ask(member(business.businessId, "agent"), path)).status).toBe(403);
    expect((await api().ask(undefined, path)).status).toBe(401);
  });
});

describe("S15: erasing", () => {
  test("leaves nothing of the person in any table, on the disk or at the provider, and a proof", async () => {
    expect(await tablesWith(mark, phone)).toContain("messages");
    expect((await erase()).status).toBe(202);
    expect(await tablesWith(mark)).toEqual([]);
    expect(await tablesWith(phone)).toEqual(["erasures"]); // whom the links to WhatsApp have to forget, until they have
    expect(await runJobs()).toEqual([]);
    for (const file of person.files) expect(await Bun.file(join(storageDir, file)).exists()).toBe(false);
    expect(forgotten).toEqual([callSid, messageSid, phone]);
    expect(await tablesWith(mark, phone, callSid, messageSid, ...person.files)).toEqual([]);
    const [proof] = await erasures();
    expect(proof?.finishedAt).not.toBeNull();
    expect(proof?.counts).toMatchObject({ messages: 1, calls: 1, call_turns: 2, files: 1 });
    const rows = await business.run(({ tx }) => tx.select().from(auditLog));
    expect(rows.map(({ action }) => action)).toEqual(expect.arrayContaining(["customer.erase", "customer.erased"]));
  });

  test("somebody of an import leaves what is still to be told of the others", async () => {
    await tellOfMany();
    expect((await erase()).status).toBe(202);
    const told = await business.run(({ tx }) => tx.select().from(webhookDeliveries));
    expect(told.map(({ payload }) => payload)).toEqual([{ items: [{ id: other, name: "Somebody Else" }] }]);
  });

  test("the only one of an import takes the telling with them", async () => {
    await tellOfMany([]);
    expect((await erase()).status).toBe(202);
    expect(await business.run(({ tx }) => tx.select().from(webhookDeliveries))).toEqual([]);
  });

  test("keeps the call for the bill, with nobody in it, and leaves others alone", async () => {
    await erase();
    const [call] = await business.run(({ tx }) => tx.execute(sql`select customer_id, from_phone, summary from calls`));
    expect(call).toEqual({ customer_id: null, from_phone: null, summary: null });
    const [left] = await business.run(({ tx }) =>
      tx.execute(sql`
      select (select count(*) from usage)::int as usage, (select count(*) from customers)::int as customers`),
    );
    expect(left).toEqual({ usage: 1, customers: business.customerIds.length });
  });

  test("goes on until the provider has forgotten, also when its job was given up", async () => {
    providerIsAway = true;
    await erase();
    expect(await runJobs()).toEqual(["privacy.erase"]);
    expect((await erasures())[0]?.finishedAt).toBeNull();
    await withSystem(db, (tx) => tx.execute(sql`update jobs set state = 'dead'`));
    await sweepRetention(db, Temporal.Now.instant());
    await withSystem(db, (tx) => tx.execute(sql`delete from jobs where state = 'dead'`));
    providerIsAway = false;
    expect(await runJobs()).toEqual([]);
    expect((await erasures())[0]?.finishedAt).not.toBeNull();
  });

  test("asks Twilio for what went through Twilio, and WhatsApp for those it knows, and neither for anything else", async () => {
    await business.run(async ({ tx, businessId }) => {
      const { customerId } = person;
      await tx.execute(sql`insert into calls (id, business_id, call_sid, customer_id, origin, started_at, ended_at)
        values (${newId()}, ${businessId}, ${`CA${"b".repeat(32)}`}, ${customerId}, 'browser', now() - interval '1 hour',
          now() - interval '50 minutes')`);
      await tx.execute(sql`insert into messages (id, business_id, conversation_id, customer_id, author, body, provider_id)
        select ${newId()}, business_id, id, customer_id, 'customer', 'x', '3EB0C767D097B7C7C030' from conversations
        where customer_id = ${customerId}`);
      await tx.execute(sql`insert into customer_identities (id, business_id, customer_id, kind, value)
        values (${newId()}, ${businessId}, ${customerId}, 'staff', ${newId()})`);
    });
    expect((await erase()).status).toBe(202);
    expect(await runJobs()).toEqual([]);
    expect(forgotten).toEqual([callSid, messageSid, phone]);
  });

  test("ends when the last recording is gone and not before, and is written down once however often it is tried", async () => {
    const { body } = await erase();
    let toMeet = 0;
    const met = Promise.withResolvers<void>();
    const meeting = async () => {
      if (--toMeet === 0) met.resolve();
      if (toMeet >= 0) await met.promise;
    };
    const handlers = privacyJobHandlers({ db, storageDir, provider, forgetContacts: meeting });
    const finish = () => {
      const job = { businessId: business.businessId, payload: body } as unknown as ClaimedJob;
      return handlers["privacy.erase"]!(job, new AbortController().signal);
    };
    await expect(finish()).rejects.toThrow("1 recordings");
    expect((await erasures())[0]?.finishedAt).toBeNull();
    await business.run(({ tx }) => tx.execute(sql`update recordings set status = 'deleted', file = null`));
    toMeet = 2; // each has read that it is open before the other ends it
    await Promise.all([finish(), finish()]);
    await finish();
    expect((await erasures())[0]?.finishedAt).not.toBeNull();
    const acts = await business.run(({ tx }) => tx.select().from(auditLog));
    expect(acts.filter(({ action }) => action === "customer.erased")).toHaveLength(1);
  });

  test("waits for the end of a call with them", async () => {
    await business.run(({ tx }) => tx.execute(sql`update calls set ended_at = null`));
    expect((await erase()).status).toBe(409);
    await business.run(({ tx }) => tx.execute(sql`update calls set ended_at = now()`));
    expect((await erase()).status).toBe(409);
    expect(await tablesWith(mark)).toContain("messages");
  });

  test("somebody else's customer, or nobody's, is not there", async () => {
    expect((await erase(stranger)).status).toBe(404);
    expect((await erase(owner, newId())).status).toBe(404);
    expect((await erase(member(business.businessId, "agent"))).status).toBe(403);
    await erase();
    expect((await erase()).status).toBe(404);
  });
});

describe("what is kept for so many months", () => {
  const later = Temporal.Now.instant().add({ hours: 24 * 40 });
  const choose = (months: object) => business.run(({ tx }) => tx.update(businessSettings).set(months));
  const count = async (table: string) =>
    withTenant(db, business.businessId, async (tx) => {
      const [row] = await tx.execute<{ n: number }>(sql`select count(*)::int as n from ${sql.identifier(table)}`);
      return row!.n;
    });

  test("nothing goes until the business says so", async () => {
    await sweepRetention(db, later);
    expect([await count("messages"), await count("call_turns")]).toEqual([1, 2]);
  });

  test("messages go with their files; words of calls go and the call stays", async () => {
    await choose({ messageMonths: 1, transcriptMonths: 1 });
    await sweepRetention(db, Temporal.Now.instant());
    expect([await count("messages"), await count("call_turns")]).toEqual([1, 2]);
    await sweepRetention(db, later);
    expect([
      await count("messages"),
      await count("message_media"),
      await count("call_turns"),
      await count("call_events"),
    ]).toEqual([0, 0, 0, 0]);
    expect(await count("calls")).toBe(1);
    await runJobs();
    expect(await Bun.file(join(storageDir, person.files[1]!)).exists()).toBe(false);
  });

  const said = "מילים שנאמרו";
  /** Rows that stay, or go later, and quote a call or a chat. Named by which of the two. */
  const quote = (where: "call" | "chat") =>
    business.run(async ({ tx, businessId }) => {
      const words = `${said}: ${where}`;
      const table = sql.identifier(where === "call" ? "calls" : "conversations");
      const [talk] = await tx.execute<{ id: string }>(sql`select id from ${table}`);
      await tx.execute(sql`insert into unanswered_questions (id, business_id, question, conversation_id)
        values (${newId()}, ${businessId}, ${words}, ${talk!.id})`);
      await tx.execute(sql`insert into meetings
          (id, business_id, resource_id, status, starts_at, ends_at, busy_from, busy_to, source, evidence)
        select ${newId()}, ${businessId}, ${business.resourceIds[0]!}, 'completed', at, at + interval '1 hour', at,
          at + interval '1 hour', ${where === "call" ? "call" : "whatsapp"}, ${JSON.stringify({ heard: [words] })}::jsonb
        from (select now() + ${where === "call" ? "2 days" : "3 days"}::interval as at) as later`);
      for (const [status, by] of [
        ["done", "assistant"],
        ["open", "assistant"],
        ["done", "staff"],
      ] as const)
        await tx.execute(sql`insert into tasks (id, business_id, title, detail, status, created_by, call_id)
          values (${newId()}, ${businessId}, ${`${status} by ${by}`}, ${words}, ${status}, ${by},
            ${where === "call" ? talk!.id : null}::uuid)`);
      await tx.execute(sql`insert into notifications (id, business_id, kind, title, body, subject)
        values (${newId()}, ${businessId}, 'task_created', 'x', ${words}, ${`task:${newId()}`})`);
    });
  /** What tasks still quote: those that are to be done, and those that people wrote. */
  const quotingTasks = async (where: string) => {
    const rows = await business.run(({ tx }) =>
      tx.execute<{ title: string }>(sql`select title from tasks where detail = ${`${said}: ${where}`} order by title`),
    );
    return rows.map(({ title }) => title);
  };

  // S5: the questions list, the reasons of a meeting, the bell and tasks kept a customer's words for ever.
  test("what other rows quote of a call goes with its words, what they quote of a chat with its messages", async () => {
    await quote("call");
    await quote("chat");
    const stays = ["done by staff", "open by assistant"];
    await choose({ transcriptMonths: 1, messageMonths: 2 });
    await sweepRetention(db, Temporal.Now.instant());
    expect(await tablesWith(`${said}: call`)).toEqual(["meetings", "notifications", "tasks", "unanswered_questions"]);
    await sweepRetention(db, later);
    expect(await tablesWith(`${said}: call`)).toEqual(["tasks"]);
    expect(await tablesWith(`${said}: chat`)).toEqual(["meetings", "tasks", "unanswered_questions"]);
    expect([await quotingTasks("call"), await quotingTasks("chat")]).toEqual([stays, ["done by assistant", ...stays]]);
    await choose({ transcriptMonths: null, messageMonths: 1 });
    await sweepRetention(db, later);
    expect(await tablesWith(`${said}: chat`)).toEqual(["tasks"]);
    expect(await quotingTasks("chat")).toEqual(stays);
  });

  test("the audit log is kept for two years and no longer", async () => {
    await erase();
    await sweepRetention(db, Temporal.Now.instant().add({ hours: 24 * 700 }));
    expect(await count("audit_log")).toBeGreaterThan(0);
    await sweepRetention(db, Temporal.Now.instant().add({ hours: 24 * 740 }));
    expect(await count("audit_log")).toBe(0);
  });

  test("what an operator did outside of any business is kept as long, and no longer", async () => {
    const asOperator = () =>
      withSystem(db, (tx) => tx.execute(sql`select id from audit_log where business_id is null`)).then(
        ({ length }) => length,
      );
    await withSystem(db, (tx) =>
      audit({ businessId: null, actor: { kind: "system" }, tx }, { action: "auth.login", subject: "user:x" }),
    );
    await sweepRetention(db, Temporal.Now.instant().add({ hours: 24 * 700 }));
    expect(await asOperator()).toBe(1);
    await sweepRetention(db, Temporal.Now.instant().add({ hours: 24 * 740 }));
    expect(await asOperator()).toBe(0);
  });

  test("the bell, outages that are over and jobs that were given up are kept for a season; what is open stays", async () => {
    const days = (count: number) => Temporal.Now.instant().add({ hours: 24 * count });
    const { businessId } = business;
    await withSystem(db, async (tx) => {
      await tx.execute(sql`delete from notifications`);
      await tx.execute(sql`delete from jobs`);
      await notify(
        { businessId, actor: { kind: "system" }, tx },
        { kind: "task_due", title: "משימה", subject: "task:1" },
      );
      for (const [id, ended] of [
        [newId(), sql`now()`],
        [newId(), null],
      ] as const)
        await tx.execute(sql`insert into whatsapp_outages (id, business_id, reason, started_at, ended_at)
          values (${id}, ${businessId}, 'x', now(), ${ended})`);
      for (const state of ["dead", "ready"])
        await tx.execute(sql`insert into jobs (id, business_id, queue, payload, run_at, max_attempts, state)
          values (${newId()}, ${businessId}, 'x', '{}', now(), 1, ${state})`);
    });
    const left = async () => [await count("notifications"), await count("whatsapp_outages"), await count("jobs")];
    await sweepRetention(db, days(89));
    expect(await left()).toEqual([1, 2, 2]);
    await sweepRetention(db, days(91));
    expect(await left()).toEqual([0, 1, 1]);
  });
});
