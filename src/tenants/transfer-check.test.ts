import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import type { Access } from "../api/env.ts";
import { type Asked, door, member } from "../api/testing/door.ts";
import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { auditLog } from "../db/schema/audit.ts";
import { businessSettings } from "../db/schema/business.ts";
import { transferChecks } from "../db/schema/transfer-check.ts";
import { withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { limits } from "../limits.ts";
import { createTenantsApi } from "./api.ts";
import { addBusiness } from "./business.ts";
import type { CodeCall } from "./transfer-check.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are compared whole, not used
type Answer = any;

const [ours, target] = ["+97231114000", "+972521234567"];
let db: TestDatabase;
let api: ReturnType<typeof door>;
let now: Temporal.Instant;
let calls: CodeCall[];
let networkDown = false;
let made = 0;

beforeAll(async () => {
  db = await testDatabase();
  const clock = { ...systemClock, instant: () => now };
  const readCode = async (call: CodeCall) => {
    if (networkDown) throw new AppError("upstream", "no network");
    calls.push(call);
  };
  api = door(createTenantsApi({ db, followRules: async () => {}, clock, secret: "s".repeat(32), readCode }));
});
afterAll(() => db.drop());

const ask = (who: Access, path: string, asked?: Asked) => api.json<Answer>(who, path, asked);
const call = (who: Access, asked: Asked = {}) =>
  ask(who, "/api/settings/transfer-check", { method: "POST", confirmedAt: now, ...asked });
const type = (who: Access, code: string) => ask(who, "/api/settings/transfer-check/code", { body: { code } });
const setTransfer = (who: Access, transferPhone: string | null) =>
  ask(who, "/api/settings", { method: "PATCH", body: { transferPhone }, confirmedAt: now });
const isVerified = async (who: Access): Promise<boolean> => (await ask(who, "/api/settings")).body.transferVerified;
const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, "0");

/** The owner of a new business that hands calls to `target`. */
async function office(phone: string | null = `${ours}${++made}`): Promise<Access> {
  now = Temporal.Now.instant().round("millisecond");
  calls = [];
  networkDown = false;
  const who = member(await addBusiness(db, { name: "מספרה", ...(phone === null ? {} : { phone: phone as Phone }) }));
  await setTransfer(who, target);
  return who;
}

describe("K16: a transfer number is verified by a call", () => {
  test("whoever answers hears a code, and typing it verifies the number; once", async () => {
    const who = await office();
    expect(await isVerified(who)).toBe(false);
    expect(await call(who)).toEqual({ status: 202, body: { expiresInSeconds: limits.transferCodeMs / 1_000 } });
    expect(calls).toEqual([
      { from: `${ours}${made}` as Phone, to: target as Phone, code: expect.stringMatching(/^\d{6}$/) },
    ]);
    expect((await type(who, calls[0]!.code)).status).toBe(204);
    expect(await isVerified(who)).toBe(true);
    expect((await type(who, calls[0]!.code)).body.error.fields).toEqual([{ path: "code", code: "expired" }]);
  });

  test("the code is kept as a hash under the secret and stands in no answer", async () => {
    const who = await office();
    const answer = await call(who);
    const rows = await withTenant(db, who.businessId!, (tx) => tx.select().from(transferChecks));
    expect(JSON.stringify([answer, rows])).not.toContain(calls[0]!.code);
  });

  test("another number is unverified, and stays so when the code of the one before is typed", async () => {
    const who = await office();
    await call(who);
    await setTransfer(who, "052-7654321");
    expect((await type(who, calls[0]!.code)).status).toBe(422);
    await call(who);
    expect((await type(who, calls[1]!.code)).status).toBe(204);
    await setTransfer(who, target);
    expect(await isVerified(who)).toBe(false);
    await setTransfer(who, null);
    expect(await isVerified(who)).toBe(false);
    expect((await call(who)).body.error.fields).toEqual([{ path: "transferPhone", code: "required" }]);
  });

  test("five codes may be typed, however many come at once; then only another call helps", async () => {
    const who = await office();
    await call(who);
    const { code } = calls[0]!;
    const tries = await Promise.all(Array.from({ length: 12 }, () => type(who, wrong(code))));
    const statuses = tries.map(({ status }) => status);
    expect(statuses.filter((status) => status === 422)).toHaveLength(limits.transferCodeTries);
    expect(statuses.filter((status) => status === 429)).toHaveLength(12 - limits.transferCodeTries);
    expect((await type(who, code)).status).toBe(429);
    expect(await isVerified(who)).toBe(false);
    await call(who);
    expect((await type(who, calls[1]!.code)).status).toBe(204);
    const acts = await withTenant(db, who.businessId!, (tx) =>
      tx.select().from(auditLog).where(eq(auditLog.action, "settings.transfer_refused")),
    );
    const left = acts.map(({ detail }) => detail.triesLeft).sort();
    expect(left).toEqual(Array.from({ length: limits.transferCodeTries }, (_, index) => index));
    expect(JSON.stringify(acts)).not.toContain(wrong(code));
  });

  test("a code holds for ten minutes, and only the newest", async () => {
    const who = await office();
    await call(who);
    now = now.add({ seconds: 1 });
    await call(who);
    const [first, second] = calls.map(({ code }) => code);
    if (first !== second) expect((await type(who, first!)).status).toBe(422);
    now = now.add({ milliseconds: limits.transferCodeMs });
    expect((await type(who, second!)).body.error.fields).toEqual([{ path: "code", code: "expired" }]);
  });

  test("five calls a day and business, however many are asked for at once; the network's refusal counts", async () => {
    const who = await office();
    networkDown = true;
    expect((await call(who)).status).toBe(502);
    networkDown = false;
    const answers = await Promise.all(
      Array.from({ length: 9 }, () => ask(who, "/api/settings/transfer-check", { method: "POST", confirmedAt: now })),
    );
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(limits.transferChecksPerDayMax - 1);
    const refused = await api.ask(who, "/api/settings/transfer-check", { method: "POST", confirmedAt: now });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, String(24 * 3_600)]);
    expect(calls).toHaveLength(limits.transferChecksPerDayMax - 1);
    expect((await call(await office())).status).toBe(202); // another business's day is its own
    now = now.add({ hours: 24, seconds: 1 });
    expect((await call(who)).status).toBe(202);
  });

  test("what may not be dialled is not, even when it stands in the table", async () => {
    const who = await office();
    for (const phone of ["+972190055555", "+12125550100"]) {
      await store(who.businessId!, { transferPhone: phone as Phone });
      expect((await call(who)).body.error.fields).toEqual([{ path: "transferPhone", code: "not_dialable" }]);
    }
    expect(calls).toEqual([]);
  });

  test("only the owner, with the password given lately, from a number of the business", async () => {
    const who = await office();
    expect((await call(member(who.businessId, "agent"))).status).toBe(403);
    expect((await type(member(who.businessId, "agent"), "123456")).status).toBe(403);
    expect((await call(who, { confirmedAt: now.subtract({ hours: 1 }) })).body.error.message).toBe("confirm_password");
    expect((await call(await office(null))).body.error.message).toBe("no_caller_number");
    for (const code of ["12345", "1234567", "12345a", "١٢٣٤٥٦"]) expect((await type(who, code)).status).toBe(422);
    expect(calls).toEqual([]);
  });
});

const store = (businessId: BusinessId, set: Partial<typeof businessSettings.$inferInsert>) =>
  withTenant(db, businessId, (tx) => tx.update(businessSettings).set(set));
