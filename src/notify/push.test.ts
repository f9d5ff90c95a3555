import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createDecipheriv, createECDH, hkdfSync } from "node:crypto";
import { asc, eq } from "drizzle-orm";
import type { Access } from "../api/env.ts";
import { door } from "../api/testing/door.ts";
import { addUser } from "../auth/users.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { type BusinessId, newId, type UserId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import { jobs } from "../db/schema/job.ts";
import { notifications } from "../db/schema/notification.ts";
import { pushSubscriptions } from "../db/schema/push-subscription.ts";
import { users } from "../db/schema/user.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import type { ClaimedJob } from "../jobs/claims.ts";
import { addBusiness } from "../tenants/business.ts";
import { createPushApi } from "./api-push.ts";
import { notify } from "./create.ts";
import { createPush, type PostPush } from "./push.ts";
import { pushJobHandlers } from "./push-jobs.ts";
import { pushKeys } from "./web-push.ts";

let now = systemClock.instant();
const clock: Clock = { ...systemClock, instant: () => now };
const keys = pushKeys("the installation's own secret");
let posted: Parameters<PostPush>[0][] = [];
let answer: (url: string) => number = () => 201;
let retryAfter: string | null = null;
const push = createPush({
  keys,
  clock,
  contact: () => "https://office.example.com",
  post: async (to) => {
    posted.push(to);
    return { status: answer(to.url), retryAfter };
  },
});

let db: TestDatabase;
let api: ReturnType<typeof door>;
let businessId: BusinessId;
let phones = 0;

beforeAll(async () => {
  db = await testDatabase();
  api = door(createPushApi({ db, push, pushKey: keys.publicKey }));
});
beforeEach(async () => {
  posted = [];
  answer = () => 201;
  retryAfter = null;
  now = systemClock.instant();
  businessId = await addBusiness(db, { name: "מספרה", phone: `+9723123${String(1_000 + phones++)}` as never });
  await withSystem(db, (tx) => tx.delete(jobs));
});
afterAll(() => db.drop());

async function person(of: BusinessId = businessId): Promise<Access> {
  const userId = await withSystem(db, (tx) =>
    addUser(tx, { email: `${newId()}@example.com`, name: "דנה", role: "agent", businessId: of }),
  );
  return { via: "session", userId, name: "דנה", role: "agent", businessId: of, impersonating: false };
}

/** A browser's subscription, and what only it can read. */
function browser(name: string) {
  const curve = createECDH("prime256v1");
  const p256dh = curve.generateKeys("base64url");
  const secret = crypto.getRandomValues(new Uint8Array(16));
  return {
    given: {
      endpoint: `https://push.example.com/${name}`,
      p256dh,
      auth: Buffer.from(secret).toString("base64url"),
      language: "he",
    },
    /** As RFC 8291 has it, from the receiver's side. */
    read(body: Uint8Array): Record<string, unknown> {
      const whole = Buffer.from(body);
      const [salt, theirs, sealed] = [whole.subarray(0, 16), whole.subarray(21, 86), whole.subarray(86)];
      const info = Buffer.concat([Buffer.from("WebPush: info\0"), Buffer.from(p256dh, "base64url"), theirs]);
      const shared = Buffer.from(hkdfSync("sha256", curve.computeSecret(theirs), secret, info, 32));
      const key = Buffer.from(hkdfSync("sha256", shared, salt, "Content-Encoding: aes128gcm\0", 16));
      const nonce = Buffer.from(hkdfSync("sha256", shared, salt, "Content-Encoding: nonce\0", 12));
      const cipher = createDecipheriv("aes-128-gcm", key, nonce);
      cipher.setAuthTag(sealed.subarray(-16));
      const text = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()]).toString();
      return JSON.parse(text.slice(0, -1)); // a 2 ends the last record
    },
  };
}

const enrol = (who: Access, device: unknown) => api.json(who, "/api/push/devices", { body: device });
const tell = (title = "דנה מחכה לנציג") =>
  withTenant(db, businessId, (tx) =>
    notify(
      { businessId, actor: { kind: "system" }, tx },
      { kind: "hand_over", title, body: "על מה", subject: `call:${newId()}` },
    ),
  );
const devices = () =>
  withSystem(db, (tx) => tx.select().from(pushSubscriptions).where(eq(pushSubscriptions.businessId, businessId)));

/** Does what waits, as the runner would; a job that throws stays. */
async function work(): Promise<string[]> {
  const handlers = pushJobHandlers({ db, clock, log: silentLog, push });
  const problems: string[] = [];
  const done = new Set<string>();
  for (;;) {
    const waiting = await withSystem(db, (tx) => tx.select().from(jobs).orderBy(asc(jobs.id)));
    const job = waiting.find(({ id, queue }) => !done.has(id) && queue in handlers);
    if (!job) return problems;
    done.add(job.id);
    try {
      await handlers[job.queue]!(job as unknown as ClaimedJob, new AbortController().signal);
      await withSystem(db, (tx) => tx.delete(jobs).where(eq(jobs.id, job.id)));
    } catch (error) {
      problems.push(error instanceof AppError ? error.code : String(error));
    }
  }
}

describe("a line behind the bell", () => {
  test("reaches every device of the business, and only its device can read it", async () => {
    const [dana, yossi] = [await person(), await person()];
    const [phone, laptop] = [browser("phone"), browser("laptop")];
    await enrol(dana, phone.given);
    await enrol(yossi, { ...laptop.given, language: "en" });
    await tell();
    expect(await work()).toEqual([]);
    const byUrl = new Map(posted.map((one) => [one.url, one]));
    expect(phone.read(byUrl.get(phone.given.endpoint)!.body)).toMatchObject({
      kind: "hand_over",
      title: "דנה מחכה לנציג",
      body: "על מה",
      language: "he",
    });
    expect(laptop.read(byUrl.get(laptop.given.endpoint)!.body)).toMatchObject({ language: "en" });
    expect(() => laptop.read(byUrl.get(phone.given.endpoint)!.body)).toThrow();
    expect(posted[0]!.headers).toMatchObject({ TTL: "3600", Urgency: "high", "Content-Encoding": "aes128gcm" });
  });

  test("makes no work where nobody has a device", async () => {
    await tell();
    expect(await withSystem(db, (tx) => tx.select().from(jobs))).toEqual([]);
  });

  test("is not told to another business, nor to somebody who works here no more", async () => {
    const dana = await person();
    await enrol(dana, browser("dana").given);
    const strangers = await addBusiness(db, { name: "אחרים", phone: `+9723123${String(1_000 + phones++)}` as never });
    await enrol(await person(strangers), browser("strangers").given);
    await withSystem(db, (tx) => tx.update(users).set({ status: "disabled" }).where(eq(users.id, dana.userId!)));
    await tell();
    expect(await work()).toEqual([]);
    expect(posted).toEqual([]);
  });

  test("that was read in the panel, or is over an hour old, disturbs nobody", async () => {
    await enrol(await person(), browser("late").given);
    await tell();
    await withSystem(db, (tx) =>
      tx.update(notifications).set({ readAt: now }).where(eq(notifications.businessId, businessId)),
    );
    await tell("ישן");
    now = now.add({ minutes: 61 });
    expect(await work()).toEqual([]);
    expect(posted).toEqual([]);
  });

  test.each([
    [404, "is forgotten", 0, []],
    [410, "is forgotten", 0, []],
    [403, "is forgotten", 0, []],
    [429, "is tried again", 1, ["rate_limited"]],
    [503, "is tried again", 1, ["upstream"]],
  ])("a device whose service answers %i %s", async (status, _what, left, problems) => {
    answer = () => status;
    await enrol(await person(), browser("x").given);
    await tell();
    expect(await work()).toEqual(problems);
    expect(await devices()).toHaveLength(left);
    answer = () => 201;
    expect(await work()).toEqual([]);
    expect(posted).toHaveLength(left + 1);
  });

  test("is told later by a service that asks for time", async () => {
    answer = () => 429;
    retryAfter = "120";
    const message = { id: newId(), kind: "hand_over", title: "x", body: null, subject: "s", language: "he" } as const;
    const told = push(browser("busy").given, message).catch((error: unknown) => error);
    expect(await told).toMatchObject({ code: "rate_limited", retryAfterSeconds: 120 });
  });

  test("of 5,000 letters fits into what a push service takes", async () => {
    await enrol(await person(), browser("long").given);
    await tell("😀".repeat(2_500));
    await work();
    expect(posted[0]!.body.byteLength).toBeLessThan(4_096);
  });
});

describe("a device", () => {
  test("is counted once, whoever of the business used it before, and can be left out again", async () => {
    const [dana, yossi] = [await person(), await person()];
    const { given } = browser("shared");
    for (const who of [dana, dana, yossi]) expect((await enrol(who, given)).status).toBe(204);
    const state = async (who: Access) => (await api.json(who, "/api/push")).body;
    expect(await state(dana)).toEqual({ publicKey: keys.publicKey, devices: 0 });
    expect(await state(yossi)).toMatchObject({ devices: 1 });
    const remove = (who: Access) => api.ask(who, "/api/push/devices/remove", { body: { endpoint: given.endpoint } });
    await remove(dana);
    expect(await state(yossi)).toMatchObject({ devices: 1 });
    await remove(yossi);
    expect(await state(yossi)).toMatchObject({ devices: 0 });
  });

  test("an eleventh one is refused, the ten go on", async () => {
    const dana = await person();
    const all = await Promise.all(Array.from({ length: 11 }, (_, n) => enrol(dana, browser(`many${n}`).given)));
    expect(all.map(({ status }) => status).sort()).toEqual([...Array<number>(10).fill(204), 422]);
  });

  test("a test says how many were reached, and forgets those that are gone", async () => {
    const dana = await person();
    for (const name of ["here", "gone", "down"]) await enrol(dana, browser(name).given);
    answer = (url) => (url.endsWith("gone") ? 410 : url.endsWith("down") ? 500 : 201);
    expect((await api.json(dana, "/api/push/test", { method: "POST" })).body).toEqual({ sent: 1, gone: 1, failed: 1 });
    expect(await devices()).toHaveLength(2);
  });

  const good = browser("good").given;
  test.each([
    ["no https", { ...good, endpoint: "http://push.example.com/x" }],
    ["no address", { ...good, endpoint: "push" }],
    ["a key of another length", { ...good, p256dh: good.p256dh.slice(4) }],
    ["a key beside the curve", { ...good, p256dh: `${good.p256dh.slice(0, -4)}AAAA` }],
    ["a key that is no point", { ...good, p256dh: `A${good.p256dh.slice(1)}` }],
    ["no secret", { ...good, auth: "" }],
    ["a language we do not speak", { ...good, language: "fr" }],
    ["a field more", { ...good, businessId: newId() }],
  ])("with %s is refused", async (_what, device) => {
    expect((await enrol(await person(), device)).status).toBe(422);
  });

  test("of an administrator who is only visiting, or of a program, is refused", async () => {
    const visitor = { ...(await person()), userId: newId<UserId>(), impersonating: true };
    expect((await enrol(visitor, browser("visitor").given)).status).toBe(403);
    expect((await enrol({ ...visitor, userId: null, via: "api_key" }, browser("program").given)).status).toBe(403);
    expect((await api.ask(undefined, "/api/push")).status).toBe(401);
  });
});
