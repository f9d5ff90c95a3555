import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { type Answer, Browser } from "../app/testing/browser.ts";
import { addPerson, password } from "../app/testing/people.ts";
import type { BusinessId } from "../base/ids.ts";
import { limits } from "../limits.ts";
import { openStage, type Stage } from "./testing/stage.ts";

// K12 over HTTP, in the whole product: ten requests a minute instead of 300. Every test comes from an address of its own,
// as our proxy would name it. "Without the database" is meant literally: it is cut off.
const perMinute = 10;
let stage: Stage;
let businessId: BusinessId;
let address = "";
let tests = 0;

beforeAll(async () => {
  stage = await openStage({ environment: { API_REQUESTS_PER_MINUTE: String(perMinute) } });
  businessId = await stage.addBusiness({ name: "מספרה", phone: "+97231110001" as never });
}, 60_000);
afterAll(() => stage.stop(), 30_000);
beforeEach(() => {
  address = `203.0.113.${++tests}`;
});
afterEach(() => stage.databaseLink.heal());

const open = () => {
  const from = address;
  return new Browser(
    {
      request(path, init = {}) {
        const headers = new Headers(init.headers);
        headers.set("x-forwarded-for", from);
        return fetch(stage.listensAt + path, { ...init, headers });
      },
    },
    stage.url,
  );
};
async function loggedIn(): Promise<Browser> {
  const browser = open();
  const { email } = await addPerson(stage.db, "owner", businessId);
  expect((await browser.login(email, password)).status).toBe(200);
  return browser;
}

const me = (browser: Browser, headers: Record<string, string> = {}) => browser.ask("/api/auth/me", { headers });
const cutOffDatabase = () => {
  stage.databaseLink.accept = "refuse";
  stage.databaseLink.reset();
};
/** Asks until it is too much; how often it was let through. */
async function askTooOften(ask: () => Promise<Answer>, letThrough: number): Promise<number> {
  for (let asked = 0; asked <= perMinute; asked++) {
    const { status } = await ask();
    if (status === 429) return asked;
    expect(status).toBe(letThrough);
  }
  return expect.unreachable("never too often");
}
function expectHeldBack({ status, headers, body }: Answer): void {
  expect([status, body]).toEqual([429, { error: { code: "rate_limited", message: "rate_limited" } }]);
  const seconds = Number(headers.get("retry-after"));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
}

let guessed = 0;
const guess = () => `${++guessed}`.padStart(43, "x");
const strangers: [what: string, ask: () => Promise<Answer>][] = [
  ["without anything", () => me(open())],
  ["with a session that is none", () => me(open(), { Cookie: `sid=${guess()}` })],
  ["with both cookies made up", () => me(open(), { Cookie: `sid=${guess()}; csrf=${guess()}` })],
  ["with a key that is none", () => me(open(), { Authorization: `Bearer al_${guess()}` })],
];
test.each(strangers)("a stranger %s, another one each time, is held back without the database", async (_what, ask) => {
  expect(await askTooOften(ask, 401)).toBe(perMinute);
  cutOffDatabase();
  expectHeldBack(await ask());
});

test("tries to log in are held back without the database too, and before that for the account's sake", async () => {
  const { email } = await addPerson(stage.db, "owner", businessId);
  const browser = open();
  await browser.ask("/api/auth/csrf");
  const tryIt = () => browser.ask("/api/auth/login", { body: { email, password: "wrong password" } });
  for (let tries = 0; tries < limits.loginPerAccountMax; tries++) expect((await tryIt()).status).toBe(401);
  const held = await tryIt();
  expect(held.status).toBe(429);
  expect(Number(held.headers.get("retry-after"))).toBeGreaterThan(60); // a quarter of an hour, not a minute
  await askTooOften(() => me(browser), 401);
  cutOffDatabase();
  expectHeldBack(await tryIt());
});

test("whoever is logged in and comes too often is held back without the database", async () => {
  const browser = await loggedIn();
  expect(await askTooOften(() => me(browser), 200)).toBe(perMinute);
  cutOffDatabase();
  expectHeldBack(await me(browser));
  expectHeldBack(await browser.ask("/api/tasks", { body: { title: "x" } }));
});

test("an API key that comes too often is held back without the database; its maker and other keys are not", async () => {
  const owner = await loggedIn();
  const make = async () => {
    const { body } = await owner.ask<{ key: string }>("/api/keys", { body: { name: "משרד", scope: "read" } });
    return { Authorization: `Bearer ${body.key}` };
  };
  const [busy, calm] = [await make(), await make()];
  expect(await askTooOften(() => me(open(), busy), 200)).toBe(perMinute);
  expect((await me(open(), calm)).status).toBe(200);
  expect((await me(owner)).status).toBe(200);
  cutOffDatabase();
  expectHeldBack(await me(open(), busy));
});

test("nobody who is logged in pays for a stranger behind the same address, whatever the process remembers of them", async () => {
  const [known, newcomer] = [await loggedIn(), await loggedIn()]; // the login is all that the process saw of the second
  const owner = await loggedIn();
  const { body } = await owner.ask<{ key: string }>("/api/keys", { body: { name: "משרד", scope: "read" } });
  const key = { Authorization: `Bearer ${body.key}` };
  for (const answer of [await me(known), await me(open(), key)]) expect(answer.status).toBe(200);
  await askTooOften(() => me(open(), { Cookie: `sid=${guess()}` }), 401);
  for (const answer of [await me(known), await me(newcomer), await me(open(), key)]) expect(answer.status).toBe(200);
  expectHeldBack(await me(open()));
});

test("those who turn out to be somebody leave the strangers' share of their address alone", async () => {
  const sid = (browser: Browser) => ({ Cookie: `sid=${browser.jar.get("sid")}` }); // by itself it proves nothing before it is read
  for (let people = 0; people < 3; people++) {
    const person = await loggedIn();
    address = "203.0.113.200";
    expect((await me(open(), sid(person))).status).toBe(200);
    address = `203.0.113.${201 + people}`;
  }
  address = "203.0.113.200";
  expect(await askTooOften(() => me(open()), 401)).toBe(perMinute);
});

test("a foreign page that brings the cookie along uses up nobody's minute", async () => {
  const browser = await loggedIn();
  const image = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image" };
  await askTooOften(() => me(browser, image), 403);
  expect((await me(browser)).status).toBe(200);
});

test("a login that is over counts for itself: the cookie of the past does not hold back its address", async () => {
  const browser = await loggedIn();
  const past = { Cookie: [...browser.jar].map((pair) => pair.join("=")).join("; ") };
  expect((await browser.ask("/api/auth/logout", { method: "POST" })).status).toBe(204);
  expect((await me(open(), past)).status).toBe(401); // counted for the person still
  expect(await askTooOften(() => me(open(), past), 401)).toBe(perMinute);
  cutOffDatabase();
  expectHeldBack(await me(open(), past));
  expect((await me(open())).status).toBe(401);
});
