import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { eq } from "drizzle-orm";
import { Browser } from "../app/testing/browser.ts";
import { addPerson, password, testApi } from "../app/testing/people.ts";
import { systemClock } from "../base/clock.ts";
import type { BusinessId, UserId } from "../base/ids.ts";
import { accountLinks, users } from "../db/schema/user.ts";
import { withSystem } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { addBusiness } from "../tenants/business.ts";
import { firstAdminLink, issueLink } from "./links.ts";
import { addUser } from "./users.ts";

interface Me {
  role: string;
  user: { id: string; email: string; name: string } | null;
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
const me = (browser: Browser) => browser.ask<Me>("/api/auth/me");

async function loggedIn(role: "owner") {
  const person = await addPerson(db, role, a);
  const browser = open();
  expect((await browser.login(person.email, password)).status).toBe(200);
  return { browser, ...person };
}

const inviteFor = (email: string) =>
  withSystem(db, async (tx) => {
    const id = await addUser(tx, { email, name: "דנה", role: "owner", businessId: a });
    return { id, ...(await issueLink(tx, id, systemClock.instant())) };
  });

async function accept(token: string, more: object = {}) {
  const browser = open();
  await browser.ask("/api/auth/csrf");
  const look = await browser.ask("/api/auth/link/look", { body: { token } });
  const answer = await browser.ask<Me>("/api/auth/link/accept", { body: { token, password, ...more } });
  return { browser, look, answer };
}

test("an invitation is taken up once, with corrections, and leaves the person logged in", async () => {
  const { token, id } = await inviteFor("invited@example.com");
  const first = await accept(token, { name: "דנה לוי", email: "Dana@Example.com" });
  expect(first.look.body).toEqual({ email: "invited@example.com", name: "דנה", purpose: "invite" });
  expect(first.answer.status).toBe(200);
  expect((await me(first.browser)).body).toMatchObject({ user: { id, name: "דנה לוי", email: "dana@example.com" } });
  const second = await accept(token);
  expect([second.look.status, second.answer.status]).toEqual([404, 404]);
});

test("an invitation with somebody else's address stays unused", async () => {
  const { token } = await inviteFor("careless@example.com");
  const { email } = await addPerson(db, "agent", b);
  const { answer } = await accept(token, { email });
  expect([answer.status, answer.body as unknown]).toEqual([
    409,
    { error: { code: "taken", message: "taken", fields: [{ path: "email", code: "taken" }] } },
  ]);
  expect((await accept(token)).answer.status).toBe(200);
});

test("a reset changes the password, not the address; a newer link kills the one before; the table holds no token", async () => {
  const { browser, id, email } = await loggedIn("owner");
  const issue = () => withSystem(db, (tx) => issueLink(tx, id as UserId, systemClock.instant()));
  const [older, newer] = [await issue(), await issue()];
  expect(newer.purpose).toBe("reset");
  expect(JSON.stringify(await withSystem(db, (tx) => tx.select().from(accountLinks)))).not.toContain(newer.token);
  expect((await accept(older.token)).answer.status).toBe(404);
  const { answer } = await accept(newer.token, { email: "other@example.com", password: "quite another one" });
  expect([answer.status, answer.body.user?.email]).toEqual([200, email]);
  expect((await me(browser)).status).toBe(401);
});

test("a link that was handed out before is dead once the person has changed the password", async () => {
  const { browser, id } = await loggedIn("owner");
  const { token } = await withSystem(db, (tx) => issueLink(tx, id as UserId, systemClock.instant()));
  const body = { current: password, next: "another password" };
  expect((await browser.ask("/api/auth/password", { body })).status).toBe(200);
  const { look, answer } = await accept(token);
  expect([look.status, answer.status]).toEqual([404, 404]);
});

test("a link is dead when its time is over", async () => {
  const long = systemClock.instant().subtract({ hours: 24 * 8 });
  const { token } = await withSystem(db, async (tx) =>
    issueLink(tx, await addUser(tx, { email: "late@example.com", name: "x", role: "agent", businessId: a }), long),
  );
  expect((await accept(token)).answer.status).toBe(404);
});

test("an invitation lasts a week, a reset a day, and neither leads into an account that is disabled", async () => {
  const issued = (id: string, ago: Temporal.DurationLike) =>
    withSystem(db, (tx) => issueLink(tx, id as UserId, systemClock.instant().subtract(ago)));
  const { id: invited } = await inviteFor("slow@example.com");
  const { id: known } = await addPerson(db, "owner", a);
  const look = async ({ token }: { token: string }) => (await accept(token, { password: "short" })).look.status;
  expect(await look(await issued(invited, { hours: 24 * 7 - 1 }))).toBe(200);
  expect(await look(await issued(known, { hours: 23 }))).toBe(200);
  expect(await look(await issued(known, { hours: 25 }))).toBe(404);
  const open = await issued(known, { hours: 1 });
  await withSystem(db, (tx) =>
    tx
      .update(users)
      .set({ status: "disabled" })
      .where(eq(users.id, known as UserId)),
  );
  expect((await accept(open.token)).answer.status).toBe(404);
});

test("of two who use a link at once one gets in; somebody else's new link leaves it alone", async () => {
  const { token } = await inviteFor("twice@example.com");
  await inviteFor("another@example.com");
  const statuses = (await Promise.all([accept(token), accept(token)])).map(({ answer }) => answer.status);
  expect(statuses.sort()).toEqual([200, 404]);
});

test("a new installation has one way in, until an administrator has a password", async () => {
  const own = await testDatabase();
  const now = systemClock.instant();
  const [first, second] = [await firstAdminLink(own, now), await firstAdminLink(own, now)];
  const browser = new Browser(testApi(own));
  await browser.ask("/api/auth/csrf");
  const use = (token: string) =>
    browser.ask<Me>("/api/auth/link/accept", { body: { token, password, email: "boss@example.com" } });
  expect((await use(first!.token)).status).toBe(404);
  const answer = await use(second!.token);
  expect(answer.body).toMatchObject({ role: "system_admin", business: null, user: { email: "boss@example.com" } });
  expect(await firstAdminLink(own, now)).toBeNull();
  await own.drop();
});

test("an installation's first administrator names an address, or could never log in again: until then the link holds", async () => {
  const own = await testDatabase();
  const { token } = (await firstAdminLink(own, systemClock.instant()))!;
  const browser = new Browser(testApi(own));
  await browser.ask("/api/auth/csrf");
  const use = (more: object) => browser.ask<Me>("/api/auth/link/accept", { body: { token, password, ...more } });
  const refused = await use({ name: "דנה" });
  expect([refused.status, refused.body as unknown]).toMatchObject([
    422,
    { error: { fields: [{ path: "email", code: "required" }] } },
  ]);
  expect((await use({ email: "boss@example.com" })).status).toBe(200);
  await own.drop();
});

test("an owner who has a password is no way in for the operator, whatever the address", async () => {
  const own = await testDatabase();
  const now = systemClock.instant();
  const businessId = await addBusiness(own, { name: "עסק", phone: "+97231110003" as never });
  await addPerson(own, "owner", businessId);
  expect(await firstAdminLink(own, now)).not.toBeNull();
  await withSystem(own, (tx) =>
    tx.update(users).set({ role: "owner", businessId }).where(eq(users.role, "system_admin")),
  );
  expect(await firstAdminLink(own, now)).toBeNull();
  await own.drop();
});
