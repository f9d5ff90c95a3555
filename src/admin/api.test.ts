import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eq, sql } from "drizzle-orm";
import { Hono } from "hono";
import type { Access, ApiEnv } from "../api/env.ts";
import { door, member } from "../api/testing/door.ts";
import { Browser } from "../app/testing/browser.ts";
import { addPerson, password, testApi } from "../app/testing/people.ts";
import { createTeamApi } from "../auth/api-team.ts";
import { systemClock } from "../base/clock.ts";
import { type BusinessId, type CallId, type CallSid, newId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { releaseWork } from "../crm/release-work.ts";
import { auditLog } from "../db/schema/audit.ts";
import { businessSettings } from "../db/schema/business.ts";
import { calls } from "../db/schema/call.ts";
import { withSystem } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { limits } from "../limits.ts";
import { addBusiness } from "../tenants/business.ts";
import { createAdminApi } from "./api.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are compared whole, not used
type Answer = any;

let db: TestDatabase;
let api: ReturnType<typeof door>;
let lastPhone = 0;
const admin = member(null, "system_admin");
const state = () => ({ version: "1", liveCalls: 2, draining: false, panels: 3, upSeconds: 4, memoryMb: 5 });

beforeAll(async () => {
  db = await testDatabase();
  const deps = { db, clock: systemClock, publicBaseUrl: () => "https://office.example", usdIlsRate: 4, state };
  api = door(new Hono<ApiEnv>().route("/", createAdminApi(deps)).route("/", createTeamApi({ ...deps, releaseWork })));
});
afterAll(() => db.drop());

const phone = () => `+9723111600${++lastPhone}` as Phone;
const office = async (): Promise<Access> => member(await addBusiness(db, { name: "מספרה", phone: phone() }));
const ask = (who: Access | undefined, path: string, body?: unknown, method?: string) =>
  api.json<Answer>(who, path, { ...(body === undefined ? {} : { body }), ...(method === undefined ? {} : { method }) });
async function accept(browser: Browser, link: string) {
  await browser.ask("/api/auth/csrf");
  return browser.ask("/api/auth/link/accept", { body: { token: new URL(link).hash.slice(1), password } });
}

describe("businesses", () => {
  test("one is opened with its owner, who comes in by the link", async () => {
    const email = `${newId()}@example.com`;
    const input = { name: "קליניקה", phone: phone(), owner: { email, name: "רון" } };
    const { status, body } = await ask(admin, "/api/admin/businesses", input);
    expect([status, body.invitation.purpose]).toEqual([201, "invite"]);
    const browser = new Browser(testApi(db));
    expect((await accept(browser, body.invitation.link)).status).toBe(200);
    expect((await browser.ask<Answer>("/api/auth/me")).body.business.name).toBe("קליניקה");
    const { body: list } = await ask(admin, `/api/admin/businesses?text=${encodeURIComponent("קליני")}`);
    expect(list.items).toMatchObject([
      { id: body.businessId, phones: [input.phone], people: 1, calls: 0, status: "active" },
    ]);
  });

  test("one may come before its number and its people, and greets from the first day", async () => {
    const name = `בלי מספר ${newId()}`;
    const { status, body } = await ask(admin, "/api/admin/businesses", { name, city: "חיפה" });
    expect([status, body.invitation]).toEqual([201, null]);
    const { body: list } = await ask(admin, `/api/admin/businesses?text=${encodeURIComponent(name)}`);
    expect(list.items).toMatchObject([{ id: body.businessId, phones: [], people: 0, city: "חיפה" }]);
    const [settings] = await withSystem(db, (tx) =>
      tx.select().from(businessSettings).where(eq(businessSettings.businessId, body.businessId)),
    );
    expect(settings?.callGreeting).toContain("{{business_name}}");
  });

  test("with an address or a number that is somebody's, nothing is opened at all", async () => {
    const { email } = await addPerson(db, "owner", (await office()).businessId);
    const name = `חדש ${newId()}`;
    const free = phone();
    expect((await ask(admin, "/api/admin/businesses", { name, phone: free, owner: { email, name: "א" } })).status).toBe(
      409,
    );
    const list = await ask(admin, `/api/admin/businesses?text=${encodeURIComponent(name)}`);
    expect(list.body.items).toEqual([]);
    const again = { name, phone: free, owner: { email: `${newId()}@example.com`, name: "א" } };
    expect((await ask(admin, "/api/admin/businesses", again)).status).toBe(201);
  });

  test("the calls beside a business are its callers', as in its report: a test call is none", async () => {
    const { businessId } = await office();
    const ended = (origin: "phone" | "browser", endReason: string) => {
      const id = newId<CallId>();
      const callSid = `CA${id.replaceAll("-", "")}` as CallSid;
      const startedAt = systemClock.instant();
      const call = { id, businessId: businessId!, callSid, startedAt, endReason, origin };
      return withSystem(db, (tx) => tx.insert(calls).values(call));
    };
    await ended("phone", "caller_hung_up");
    await ended("phone", "lost");
    await ended("browser", "lost");
    const { body } = await ask(admin, "/api/admin/businesses?limit=1");
    expect(body.items).toMatchObject([{ id: businessId, calls: 2, failedCalls: 1 }]);
  });

  test("pages follow each other, newest first", async () => {
    const made: (BusinessId | null)[] = [];
    for (let i = 0; i < 3; i++) made.unshift((await office()).businessId);
    const first = await ask(admin, "/api/admin/businesses?limit=2");
    const second = await ask(admin, `/api/admin/businesses?limit=1&cursor=${first.body.next}`);
    const ids = [...first.body.items, ...second.body.items].map(({ id }: Answer) => id);
    expect(ids).toEqual(made);
  });

  test("a suspended business lets nobody in, until it is active again", async () => {
    const { businessId } = await office();
    const browser = new Browser(testApi(db));
    await browser.login((await addPerson(db, "owner", businessId)).email, password);
    const me = async () => (await browser.ask("/api/auth/me")).status;
    expect(await me()).toBe(200);
    const status = (status: string) => ask(admin, `/api/admin/businesses/${businessId}/status`, { status });
    expect((await status("suspended")).status).toBe(204);
    expect(await me()).toBe(401);
    expect((await status("active")).status).toBe(204);
    expect(await me()).toBe(200);
    expect((await ask(admin, `/api/admin/businesses/${newId()}/status`, { status: "active" })).status).toBe(404);
    const { body } = await ask(admin, `/api/admin/audit?businessId=${businessId}&action=business`);
    expect(body.items.map(({ action }: Answer) => action).slice(0, 2)).toEqual([
      "business.activate",
      "business.suspend",
    ]);
  });
});

test("a day of the audit is one of the zone that is asked for", async () => {
  const who = await office();
  const row = {
    id: newId(),
    businessId: who.businessId!,
    actorName: "דנה",
    action: "task.complete",
    subject: "x",
    detail: {},
  };
  const createdAt = Temporal.Instant.from("2026-03-01T22:30:00Z"); // half past midnight in Jerusalem
  await withSystem(db, (tx) => tx.insert(auditLog).values({ ...row, createdAt }));
  const onTheSecond = async (zone: string) => {
    const path = `/api/admin/audit?businessId=${who.businessId}&from=2026-03-02&to=2026-03-02${zone}`;
    return (await ask(admin, path)).body.items?.length;
  };
  expect([await onTheSecond("&zone=Asia/Jerusalem"), await onTheSecond("")]).toEqual([1, 0]);
  expect((await ask(admin, "/api/admin/audit?zone=Asia/Nowhere")).status).toBe(422);
});

describe("the people of a business", () => {
  test("somebody is invited, takes the link up, and is known with the role", async () => {
    const who = await office();
    const email = `${newId()}@example.com`;
    const { status, body } = await ask(who, "/api/team", { email, name: "יעל", role: "agent" });
    expect([status, body.member]).toMatchObject([201, { email, role: "agent", hasPassword: false }]);
    const browser = new Browser(testApi(db));
    await accept(browser, body.link);
    const { body: team } = await ask(who, "/api/team");
    expect(team.items).toMatchObject([{ email, hasPassword: true, status: "active" }]);
    expect((await ask(await office(), "/api/team", { email, name: "יעל", role: "agent" })).status).toBe(409);
  });

  test("another role, or being shut out or removed, ends every session at once", async () => {
    for (const end of [
      (path: string, who: Access) => ask(who, path, { role: "owner" }, "PATCH"),
      (path: string, who: Access) => ask(who, path, { status: "disabled" }, "PATCH"),
      (path: string, who: Access) => ask(who, path, undefined, "DELETE"),
    ]) {
      const who = await office();
      await addPerson(db, "owner", who.businessId);
      const agent = await addPerson(db, "agent", who.businessId);
      const browser = new Browser(testApi(db));
      await browser.login(agent.email, password);
      expect((await browser.ask("/api/auth/me")).status).toBe(200);
      expect((await end(`/api/team/${agent.id}`, who)).status).toBeLessThan(300);
      expect((await browser.ask("/api/auth/me")).status).toBe(401);
    }
  });

  test("the leads and open tasks of whoever is removed are nobody's, the done ones stay theirs; nobody else loses any", async () => {
    const browser = new Browser(testApi(db));
    const who = await office();
    await browser.login((await addPerson(db, "owner", who.businessId)).email, password);
    const [leaver, stays] = [
      await addPerson(db, "agent", who.businessId),
      await addPerson(db, "agent", who.businessId),
    ];
    const made = async (path: string, body: object) => (await browser.ask<Answer>(path, { body })).body;
    const leads: string[] = [];
    const tasks: string[] = [];
    for (const { id: assigneeUserId } of [leaver, leaver, stays]) {
      leads.push((await made("/api/leads", { name: "דנה", source: "staff", assigneeUserId })).lead.id);
      tasks.push((await made("/api/tasks", { title: "לחזור", assigneeUserId })).id);
    }
    await made(`/api/tasks/${tasks[1]}/complete`, {});
    expect((await browser.ask(`/api/team/${leaver.id}`, { method: "DELETE" })).status).toBe(204);
    const assignees = async (path: string, ids: string[]) => {
      const { items } = (await browser.ask<Answer>(path)).body;
      return ids.map((id) => items.find((item: Answer) => item.id === id)?.assigneeUserId);
    };
    expect(await assignees("/api/leads", leads)).toEqual([null, null, stays.id]);
    expect(await assignees("/api/tasks", tasks)).toEqual([null, undefined, stays.id]);
    expect(await assignees("/api/tasks?view=done", tasks)).toEqual([undefined, leaver.id, undefined]);
    const { body } = await ask(admin, `/api/admin/audit?businessId=${who.businessId}&action=team.remove`);
    expect(body.items[0]).toMatchObject({ subject: `user:${leaver.id}`, detail: { leads: 2, tasks: 1 } });
  });

  test("a link handed out before somebody was shut out stays dead when they are let in again", async () => {
    const who = await office();
    await addPerson(db, "owner", who.businessId);
    const agent = await addPerson(db, "agent", who.businessId);
    const { body } = await ask(who, `/api/team/${agent.id}/link`, undefined, "POST");
    for (const status of ["disabled", "active"])
      expect((await ask(who, `/api/team/${agent.id}`, { status }, "PATCH")).body.status).toBe(status);
    expect((await accept(new Browser(testApi(db)), body.link)).status).toBe(404);
  });

  test("nobody more is invited into a business of as many as there can be; another one's team is its own", async () => {
    const [who, other] = [await office(), await office()];
    await withSystem(db, (tx) =>
      tx.execute(sql`insert into users (id, business_id, email, name, role)
        select gen_random_uuid(), ${who.businessId}, 'crowd' || n || '@example.com', 'x', 'agent'
        from generate_series(1, ${limits.teamMax}::int) as n`),
    );
    const invite = (by: Access) =>
      ask(by, "/api/team", { email: `${newId()}@example.com`, name: "יעל", role: "agent" });
    expect(await invite(who)).toMatchObject({
      status: 422,
      body: { error: { fields: [{ path: "email", code: "too_many" }] } },
    });
    expect((await invite(other)).status).toBe(201);
  });

  test("the last owner stays one", async () => {
    const who = await office();
    const last = await addPerson(db, "owner", who.businessId);
    for (const [body, method] of [
      [{ role: "agent" }, "PATCH"],
      [{ status: "disabled" }, "PATCH"],
      [undefined, "DELETE"],
    ] as const) {
      const refused = await ask(who, `/api/team/${last.id}`, body, method);
      expect([refused.status, refused.body.error.fields[0].code]).toEqual([422, "last_owner"]);
    }
    const invited = { email: `${newId()}@example.com`, name: "יעל", role: "owner" };
    const { body } = await ask(who, "/api/team", invited);
    expect((await ask(who, `/api/team/${last.id}`, undefined, "DELETE")).status).toBe(422); // nobody else can log in yet
    await accept(new Browser(testApi(db)), body.link);
    expect((await ask(who, `/api/team/${last.id}`, { role: "agent" }, "PATCH")).body.role).toBe("agent");
  });

  test("people of another business, and who runs the installation, are not there", async () => {
    const [mine, theirs] = [await office(), await office()];
    for (const { id } of [await addPerson(db, "agent", theirs.businessId), await addPerson(db, "system_admin")]) {
      expect((await ask(mine, `/api/team/${id}`, { name: "x" }, "PATCH")).status).toBe(404);
      expect((await ask(mine, `/api/team/${id}/link`, undefined, "POST")).status).toBe(404);
      expect((await ask(mine, `/api/team/${id}`, undefined, "DELETE")).status).toBe(404);
    }
    const acts = await withSystem(db, (tx) =>
      tx.select().from(auditLog).where(eq(auditLog.businessId, mine.businessId!)),
    );
    expect(acts.filter(({ action }) => action.startsWith("team."))).toEqual([]);
  });

  test("it wants the password given lately", async () => {
    const who = await office();
    const confirmedAt = systemClock.instant().subtract({ minutes: 20 });
    const body = { email: "a@example.com", name: "x", role: "agent" };
    const { status } = await api.json(who, "/api/team", { body, confirmedAt });
    expect(status).toBe(403);
  });
});

test("the process and its work are shown, usage by business", async () => {
  const { body } = await ask(admin, "/api/admin/health");
  expect(body).toMatchObject({ process: state(), jobs: { dead: 0, givenUp: [] } });
  const usage = await ask(admin, "/api/admin/usage?from=2026-01-01&to=2026-01-31");
  expect(usage.body).toMatchObject({ items: [], total: { calls: 0 } });
});

test("nobody but a system_admin comes in here", async () => {
  const who = await office();
  for (const path of ["businesses", "usage?from=2026-01-01&to=2026-01-02", "audit", "health"]) {
    expect((await ask(who, `/api/admin/${path}`)).status, path).toBe(403);
    expect((await ask(undefined, `/api/admin/${path}`)).status, path).toBe(401);
  }
  expect((await ask(member(who.businessId, "agent"), "/api/team")).status).toBe(403);
});
