import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { eq } from "drizzle-orm";
import { Browser } from "../app/testing/browser.ts";
import { addPerson, password, testApi } from "../app/testing/people.ts";
import { systemClock } from "../base/clock.ts";
import { type BusinessId, newId, type UserId } from "../base/ids.ts";
import { auditLog } from "../db/schema/audit.ts";
import { businesses } from "../db/schema/business.ts";
import { pushSubscriptions } from "../db/schema/push-subscription.ts";
import { sessions, throttles, users } from "../db/schema/user.ts";
import { withSystem } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { limits } from "../limits.ts";
import { createVirtualClock } from "../sim/clock.ts";
import { addBusiness } from "../tenants/business.ts";
import { issueLink } from "./links.ts";
import { sweepAccounts } from "./sweep.ts";

interface Me {
  user: { id: string; email: string; name: string } | null;
  role: string;
  business: { id: string; name: string } | null;
  impersonating: boolean;
  csrf: string;
}

setDefaultTimeout(30_000); // of a machine that does other things as well

let db: TestDatabase;
let a: BusinessId;
let b: BusinessId;

beforeAll(async () => {
  db = await testDatabase();
  a = await addBusiness(db, { name: "עסק א", phone: "+97231110001" as never });
  b = await addBusiness(db, { name: "עסק ב", phone: "+97231110002" as never });
});
afterAll(() => db.drop());

const open = () => new Browser(testApi(db));

async function loggedIn(role: "system_admin" | "owner" | "agent", businessId: BusinessId | null = a) {
  const person = await addPerson(db, role, role === "system_admin" ? null : businessId);
  const browser = open();
  expect((await browser.login(person.email, password)).status).toBe(200);
  return { browser, ...person };
}
const me = (browser: Browser) => browser.ask<Me>("/api/auth/me");
const actsOn = (subject: string) =>
  withSystem(db, (tx) => tx.select().from(auditLog).where(eq(auditLog.subject, subject)));

test("whoever logs in is who `me` says, in their business", async () => {
  const { browser, id, email } = await loggedIn("agent");
  const { body } = await me(browser);
  expect(body).toMatchObject({ user: { id, email }, role: "agent", business: { id: a, name: "עסק א" } });
  expect(body.impersonating).toBe(false);
  expect(body.csrf).toBe(browser.csrf);
  expect((await actsOn(`user:${id}`)).map(({ action }) => action)).toEqual(["auth.login"]);
});

test("nobody is 401, and so are a made-up cookie and a login that ended", async () => {
  const stranger = open();
  expect((await me(stranger)).status).toBe(401);
  stranger.jar.set("sid", "x".repeat(43));
  expect((await me(stranger)).status).toBe(401);
  const { browser } = await loggedIn("agent");
  const copy = open();
  for (const [name, value] of browser.jar) copy.jar.set(name, value);
  expect((await me(copy)).status).toBe(200);
  expect((await browser.ask("/api/auth/logout", { method: "POST" })).status).toBe(204);
  expect([...browser.jar]).toEqual([]);
  expect((await me(copy)).status).toBe(401);
  // A change as well: "no permission" would tell nobody to log in again.
  expect((await copy.ask("/api/auth/logout", { method: "POST" })).status).toBe(401);
});

test("a wrong password, an unknown and a disabled person get the same answer", async () => {
  const { email, id } = await addPerson(db, "agent", a);
  const answers = [await open().login(email, "wrong password"), await open().login("nobody@example.com", password)];
  await withSystem(db, (tx) => tx.update(users).set({ status: "disabled" }).where(eq(users.id, id)));
  answers.push(await open().login(email, password));
  for (const { status, body } of answers)
    expect([status, body]).toEqual([401, { error: { code: "unauthenticated", message: "wrong_login" } }]);
});

test("whoever is disabled while logged in is out at once", async () => {
  const { browser, id } = await loggedIn("agent");
  await withSystem(db, (tx) => tx.update(users).set({ status: "disabled" }).where(eq(users.id, id)));
  expect((await me(browser)).status).toBe(401);
});

test("K12: the sixth try in a quarter of an hour is held back, right or wrong, and says for how long", async () => {
  const { email } = await addPerson(db, "agent", a);
  for (let tries = 0; tries < limits.loginPerAccountMax; tries++)
    expect((await open().login(email, "wrong password")).status).toBe(401);
  const held = await open().login(email, password);
  expect(held.status).toBe(429);
  const seconds = Number(held.headers.get("retry-after"));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(limits.loginWindowMs / 1_000);
});

let strangers = 0;
test("K12: twenty tries of one address in a quarter of an hour, whoever's account; what it says of itself does not count", async () => {
  const api = testApi(db);
  const from = (address: string, forwardedFor?: string) => {
    const server = { requestIP: () => ({ address }) };
    const browser = new Browser({
      request: (path, init = {}) => {
        const headers = new Headers(init.headers);
        if (forwardedFor !== undefined) headers.set("x-forwarded-for", forwardedFor);
        return api.request(path, { ...init, headers }, { server });
      },
    });
    return browser.login(`nobody-${address}-${++strangers}@example.com`, "wrong password");
  };
  for (let tries = 0; tries < limits.loginPerAddressMax; tries++)
    expect((await from("203.0.113.7", `198.51.100.${tries}`)).status).toBe(401);
  expect((await from("203.0.113.7", "198.51.100.99")).status).toBe(429);
  expect((await from("203.0.113.8")).status).toBe(401);
  // Behind our proxy the last hop that it saw counts, and nothing that was sent along before it.
  expect((await from("10.0.0.2", "192.0.2.1, 203.0.113.7")).status).toBe(429);
  expect((await from("10.0.0.2", "203.0.113.7, 203.0.113.9")).status).toBe(401);
});

test("five tries at once count as five", async () => {
  const { email } = await addPerson(db, "agent", a);
  const browsers = await Promise.all(
    Array.from({ length: 12 }, async () => {
      const browser = open();
      await browser.ask("/api/auth/csrf");
      return browser;
    }),
  );
  const body = { email, password: "wrong password" };
  const answers = await Promise.all(browsers.map((browser) => browser.ask("/api/auth/login", { body })));
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(limits.loginPerAccountMax);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(12 - limits.loginPerAccountMax);
});

test("S6: a login never keeps an id that the browser came with", async () => {
  const { browser, email } = await loggedIn("agent");
  const before = browser.jar.get("sid");
  expect((await browser.login(email, password)).status).toBe(200);
  expect(browser.jar.get("sid")).not.toBe(before);
  const old = open();
  old.jar.set("sid", before ?? "");
  expect((await me(old)).status).toBe(401);
});

test("the table holds no cookie", async () => {
  const { browser } = await loggedIn("agent");
  const rows = await withSystem(db, (tx) => tx.select().from(sessions));
  expect(JSON.stringify(rows)).not.toContain(browser.jar.get("sid")!);
});

const forged: [string, Record<string, string | null>, string][] = [
  ["without a token", { "X-CSRF-Token": null }, "csrf"],
  ["with a made-up token", { "X-CSRF-Token": "x".repeat(43) }, "csrf"],
  ["with a made-up pair", { "X-CSRF-Token": "evil", Cookie: "csrf=evil" }, "csrf"],
  ["from a foreign page", { Origin: "https://evil.example" }, "foreign_origin"],
  ["from another port", { Origin: "http://127.0.0.1:3001" }, "foreign_origin"],
  ["from a sandboxed page", { Origin: "null" }, "foreign_origin"],
  ["from another site without a name", { Origin: null, "Sec-Fetch-Site": "cross-site" }, "foreign_origin"],
];
test.each(forged)("a change %s is refused", async (_how, headers, why) => {
  const { browser } = await loggedIn("agent");
  const { Cookie: planted, ...rest } = headers;
  const cookie = planted === undefined ? {} : { Cookie: `sid=${browser.jar.get("sid")}; ${planted}` };
  const answer = await browser.ask("/api/auth/logout", { method: "POST", headers: { ...rest, ...cookie } });
  expect([answer.status, answer.body]).toEqual([403, { error: { code: "forbidden", message: why } }]);
  expect((await me(browser)).status).toBe(200);
});

test("another session's token is refused; logging in needs one as well", async () => {
  const [mine, theirs] = [await loggedIn("agent"), await loggedIn("agent")];
  const headers = { "X-CSRF-Token": theirs.browser.csrf };
  mine.browser.jar.set("csrf", theirs.browser.csrf);
  expect((await mine.browser.ask("/api/auth/logout", { method: "POST", headers })).status).toBe(403);
  const body = { email: mine.email, password };
  expect((await open().ask("/api/auth/login", { body })).status).toBe(403);
});

test("a form is not taken even with a token", async () => {
  const { browser } = await loggedIn("agent");
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  expect((await browser.ask("/api/auth/logout", { method: "POST", headers })).status).toBe(422);
});

test("behind https the cookies are __Host-, Secure and SameSite=None; on plain http Lax", async () => {
  const person = await addPerson(db, "agent", a);
  const secure = new Browser(testApi(db, "https://office.example.co.il"), "https://office.example.co.il");
  const cookies = (await secure.login(person.email, password)).headers.getSetCookie();
  expect(cookies).toHaveLength(2);
  for (const cookie of cookies) expect(cookie).toMatch(/^__Host-(sid|csrf)=[^;]+; .*Path=\/;.*Secure; SameSite=None/);
  expect(cookies.map((cookie) => cookie.includes("HttpOnly"))).toEqual([true, false]);
  const plain = (await open().login(person.email, password)).headers.getSetCookie();
  for (const cookie of plain) {
    expect(cookie).toMatch(/^(sid|csrf)=[^;]+; .*SameSite=Lax/);
    expect(cookie).not.toContain("Secure");
  }
});

test("localhost and 127.0.0.1 are one host to a developer", async () => {
  const person = await addPerson(db, "agent", a);
  const browser = new Browser(testApi(db), "http://localhost:3000");
  expect((await browser.login(person.email, password)).status).toBe(200);
});

test("a session ends after half a day unused, and after a week whatever happens", async () => {
  const clock = createVirtualClock(systemClock.instant());
  const person = await addPerson(db, "agent", a);
  const browser = new Browser(testApi(db, undefined, clock));
  await browser.login(person.email, password);
  const hours = (count: number) => clock.advance(count * 60 * 60_000);
  hours(11);
  expect((await me(browser)).status).toBe(200);
  hours(11);
  expect((await me(browser)).status).toBe(200);
  hours(12.1);
  expect((await me(browser)).status).toBe(401);
  await browser.login(person.email, password);
  for (let day = 0; day < 15; day++) {
    hours(11);
    expect((await me(browser)).status).toBe(200);
  }
  hours(11);
  expect((await me(browser)).status).toBe(401);
  await sweepAccounts(db, clock.instant());
  expect(await withSystem(db, (tx) => tx.select().from(sessions).where(eq(sessions.userId, person.id)))).toEqual([]);
});

test("logging out everywhere ends every browser of the person and of nobody else", async () => {
  const { browser, email } = await loggedIn("agent");
  const other = open();
  await other.login(email, password);
  const { browser: colleague } = await loggedIn("agent");
  expect((await browser.ask("/api/auth/logout-everywhere", { method: "POST" })).status).toBe(204);
  expect([(await me(browser)).status, (await me(other)).status, (await me(colleague)).status]).toEqual([401, 401, 200]);
});

test("a new password ends every other browser; the old one opens nothing", async () => {
  const { browser, email } = await loggedIn("agent");
  const other = open();
  await other.login(email, password);
  const change = (current: string) =>
    browser.ask("/api/auth/password", { body: { current, next: "another password" } });
  expect((await change("wrong password")).status).toBe(403);
  expect((await change(password)).status).toBe(200);
  expect([(await me(browser)).status, (await me(other)).status]).toEqual([200, 401]);
  expect((await open().login(email, password)).status).toBe(401);
  expect((await open().login(email, "another password")).status).toBe(200);
  expect((await browser.ask("/api/auth/password", { body: { current: "x", next: "short" } })).status).toBe(422);
});

test("whoever is logged out everywhere has no device that is told customers' names; a plain logout leaves the others", async () => {
  const told = async (id: UserId) =>
    (await withSystem(db, (tx) => tx.select().from(pushSubscriptions).where(eq(pushSubscriptions.userId, id)))).length;
  const colleague = await phoneOf(await loggedIn("agent"));
  const logout = await phoneOf(await loggedIn("agent"));
  expect((await logout.browser.ask("/api/auth/logout", { method: "POST" })).status).toBe(204);
  expect(await told(logout.id)).toBe(1);
  const everywhere = await phoneOf(await loggedIn("agent"));
  expect((await everywhere.browser.ask("/api/auth/logout-everywhere", { method: "POST" })).status).toBe(204);
  const changed = await phoneOf(await loggedIn("agent"));
  const change = { current: password, next: "another password" };
  expect((await changed.browser.ask("/api/auth/password", { body: change })).status).toBe(200);
  const reset = await phoneOf(await loggedIn("agent"));
  const { token } = await withSystem(db, (tx) => issueLink(tx, reset.id, systemClock.instant()));
  expect((await reset.browser.ask("/api/auth/link/accept", { body: { token, password } })).status).toBe(200);
  const disabled = await phoneOf(await loggedIn("agent"));
  const { browser: owner } = await loggedIn("owner");
  const shutOut = { method: "PATCH", body: { status: "disabled" } };
  expect((await owner.ask(`/api/team/${disabled.id}`, shutOut)).status).toBe(200);
  for (const { id } of [everywhere, changed, reset, disabled]) expect(await told(id)).toBe(0);
  expect(await told(colleague.id)).toBe(1);
});

/** With a phone that is told of notifications. */
async function phoneOf<T extends { id: UserId }>(person: T): Promise<T> {
  const endpoint = `https://push.example.com/${person.id}`;
  const device = { id: newId(), businessId: a, userId: person.id, endpoint, p256dh: "p", auth: "a" };
  await withSystem(db, (tx) => tx.insert(pushSubscriptions).values({ ...device, language: "he" }));
  return person;
}

test("giving the password again gives the session a fresh id", async () => {
  const { browser } = await loggedIn("agent");
  const before = browser.jar.get("sid");
  expect((await browser.ask("/api/auth/confirm", { body: { current: "wrong password" } })).status).toBe(403);
  expect((await browser.ask("/api/auth/confirm", { body: { current: password } })).status).toBe(200);
  expect(browser.jar.get("sid")).not.toBe(before);
  expect((await me(browser)).status).toBe(200);
});

test("a browser that is used keeps no other one logged in", async () => {
  const clock = createVirtualClock(systemClock.instant());
  const { email } = await addPerson(db, "agent", a);
  const [used, left] = [new Browser(testApi(db, undefined, clock)), new Browser(testApi(db, undefined, clock))];
  for (const browser of [used, left]) await browser.login(email, password);
  for (let turn = 0; turn < 2; turn++) {
    clock.advance(7 * 60 * 60_000);
    expect((await me(used)).status).toBe(200);
  }
  expect((await me(left)).status).toBe(401);
});

test("a tab that still shows the business or the person of before is refused, reading and writing, until it loads anew", async () => {
  const { browser, id } = await loggedIn("system_admin");
  const ask = (pageOf: string, method = "GET", path = "/api/auth/me") =>
    browser.ask(path, { method, headers: { "X-Page-Of": pageOf } });
  const refused = { status: 409, body: { error: { code: "taken", message: "page_of_another" } } };
  expect((await ask(`${id}/`)).status).toBe(200);
  await browser.ask("/api/auth/impersonation", { body: { businessId: a } });
  expect((await ask(`${id}/${a}`)).status).toBe(200);
  for (const old of [`${id}/`, `${id}/${b}`, `${crypto.randomUUID()}/${a}`, ""]) {
    expect(await ask(old)).toMatchObject(refused);
    expect(await ask(old, "POST", "/api/notifications/read")).toMatchObject(refused);
    expect(await ask(old, "DELETE", "/api/auth/impersonation")).toMatchObject(refused);
  }
  expect((await me(browser)).body).toMatchObject({ business: { id: a } });
});

test("S6: a system_admin enters a business and leaves it, each time under a fresh id, and both are in the audit", async () => {
  const { browser, id } = await loggedIn("system_admin");
  expect((await me(browser)).body).toMatchObject({ business: null, impersonating: false });
  expect((await browser.ask("/api/notifications")).body).toEqual({
    error: { code: "forbidden", message: "no_business" },
  });
  const ids = [browser.jar.get("sid")];
  for (const [business, name] of [
    [a, "עסק א"],
    [b, "עסק ב"],
  ] as const) {
    expect((await browser.ask("/api/auth/impersonation", { body: { businessId: business } })).status).toBe(200);
    expect((await me(browser)).body).toMatchObject({ business: { id: business, name }, impersonating: true });
    expect((await browser.ask("/api/notifications")).status).toBe(200);
    ids.push(browser.jar.get("sid"));
    expect((await browser.ask("/api/auth/impersonation", { body: { businessId: a } })).status).toBe(409);
    expect((await browser.ask("/api/auth/impersonation", { method: "DELETE" })).status).toBe(200);
    expect((await me(browser)).body).toMatchObject({ business: null, impersonating: false });
    ids.push(browser.jar.get("sid"));
  }
  expect(new Set(ids).size).toBe(5);
  const old = open();
  old.jar.set("sid", ids[1] ?? "");
  expect((await me(old)).status).toBe(401);
  for (const business of [a, b]) {
    const acts = (await actsOn(`business:${business}`)).filter(({ userId }) => userId === id);
    expect(acts.map(({ action, businessId }) => [action, businessId])).toEqual([
      ["impersonation.start", business],
      ["impersonation.stop", business],
    ]);
  }
  const [row] = await withSystem(db, (tx) =>
    tx
      .select()
      .from(sessions)
      .where(eq(sessions.userId, id as UserId)),
  );
  expect(row?.impersonatedTenantId).toBeNull();
});

type Inside = Awaited<ReturnType<typeof loggedIn>>;
const waysOut: [string, (of: Inside) => Promise<unknown>][] = [
  ["a logout", ({ browser }) => browser.ask("/api/auth/logout", { method: "POST" })],
  ["a logout everywhere", ({ browser }) => browser.ask("/api/auth/logout-everywhere", { method: "POST" })],
  ["a login over it", ({ browser, email }) => browser.login(email, password)],
  [
    "a new password",
    ({ browser }) => browser.ask("/api/auth/password", { body: { current: password, next: "another password" } }),
  ],
  [
    "a reset",
    async ({ browser, id }) => {
      const { token } = await withSystem(db, (tx) => issueLink(tx, id, systemClock.instant()));
      return browser.ask("/api/auth/link/accept", { body: { token, password } });
    },
  ],
  [
    "being disabled",
    ({ id }) => withSystem(db, (tx) => tx.update(users).set({ status: "disabled" }).where(eq(users.id, id))),
  ],
  ["half a day unused", ({ id }) => growOld(id, { seenAt: systemClock.instant().subtract({ hours: 13 }) })],
  ["its time being over", ({ id }) => growOld(id, { expiresAt: systemClock.instant().subtract({ minutes: 1 }) })],
];
const growOld = async (id: UserId, change: Partial<typeof sessions.$inferInsert>) => {
  await withSystem(db, (tx) => tx.update(sessions).set(change).where(eq(sessions.userId, id)));
  await sweepAccounts(db, systemClock.instant());
};

test.each(waysOut)("S3: a session that ends inside a business by %s has left it, once", async (_how, end) => {
  const inside = await loggedIn("system_admin");
  const enter = { body: { businessId: b } };
  expect((await inside.browser.ask("/api/auth/impersonation", enter)).status).toBe(200);
  expect((await inside.browser.ask("/api/auth/confirm", { body: { current: password } })).status).toBe(200); // a fresh id leaves nothing
  const acts = async () => (await actsOn(`business:${b}`)).filter(({ userId }) => userId === inside.id);
  expect((await acts()).map(({ action }) => action)).toEqual(["impersonation.start"]);
  await end(inside);
  expect((await acts()).map(({ action }) => action).toSorted()).toEqual(["impersonation.start", "impersonation.stop"]);
  const stop = (await acts()).find(({ action }) => action === "impersonation.stop");
  expect(stop).toMatchObject({ businessId: b, actorName: expect.stringMatching(/^system_admin/) });
});

test("a business that is removed takes the sessions inside it along, and its audit", async () => {
  const gone = await addBusiness(db, { name: "עסק ג", phone: "+97231110003" as never });
  const { browser, id } = await loggedIn("system_admin");
  await browser.ask("/api/auth/impersonation", { body: { businessId: gone } });
  await withSystem(db, (tx) => tx.delete(businesses).where(eq(businesses.id, gone)));
  expect((await me(browser)).status).toBe(401);
  expect((await actsOn(`business:${gone}`)).filter(({ userId }) => userId === id)).toEqual([]);
});

test("nobody else enters a business, and nobody one that is not there", async () => {
  for (const role of ["owner", "agent"] as const) {
    const { browser } = await loggedIn(role);
    expect((await browser.ask("/api/auth/impersonation", { body: { businessId: b } })).status).toBe(403);
    expect((await browser.ask("/api/auth/impersonation", { method: "DELETE" })).status).toBe(403);
  }
  const { browser } = await loggedIn("system_admin");
  const businessId = crypto.randomUUID();
  expect((await browser.ask("/api/auth/impersonation", { body: { businessId } })).status).toBe(404);
  expect((await browser.ask("/api/auth/impersonation", { method: "DELETE" })).status).toBe(404);
});

test("of two entries at once one holds", async () => {
  const { browser } = await loggedIn("system_admin");
  const enter = (businessId: string) => browser.ask("/api/auth/impersonation", { body: { businessId } });
  const statuses = (await Promise.all([enter(a), enter(b)])).map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
});

test("what is counted for throttling names nobody", async () => {
  await open().login("counted@example.com", "wrong password");
  expect(JSON.stringify(await withSystem(db, (tx) => tx.select().from(throttles)))).not.toContain("counted");
});
