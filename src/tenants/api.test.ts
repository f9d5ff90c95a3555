import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { desc, sql } from "drizzle-orm";
import type { Access } from "../api/env.ts";
import { type Asked, door, member } from "../api/testing/door.ts";
import { systemClock } from "../base/clock.ts";
import { newId } from "../base/ids.ts";
import type { Phone } from "../base/phone.ts";
import { auditLog } from "../db/schema/audit.ts";
import { meetings } from "../db/schema/meeting.ts";
import { withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { limits } from "../limits.ts";
import { createTenantsApi } from "./api.ts";
import { addBusiness } from "./business.ts";
import { recordUnanswered } from "./questions.ts";
import { getSettings } from "./settings.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are compared whole, not used
type Answer = any;

let db: TestDatabase;
let api: ReturnType<typeof door>;
let owner: Access;
let agent: Access;
let stranger: Access;
let lastPhone = 0;

const office = async (name: string): Promise<Access> =>
  member(await addBusiness(db, { name, phone: `+9723111300${++lastPhone}` as Phone }));

beforeAll(async () => {
  db = await testDatabase();
  api = door(
    createTenantsApi({ db, followRules: async () => {}, clock: systemClock, secret: "s", readCode: async () => {} }),
  );
  owner = await office("מספרת דנה");
  agent = member(owner.businessId, "agent");
  stranger = await office("מוסך");
});
afterAll(() => db.drop());

const ask = (who: Access, path: string, asked?: Asked) => api.json<Answer>(who, path, asked);
const put = (who: Access, path: string, body: unknown) => ask(who, path, { method: "PUT", body });
const patch = (who: Access, path: string, body: unknown) => ask(who, path, { method: "PATCH", body });
const post = (who: Access, path: string, body: unknown) => ask(who, path, { body });
const remove = (who: Access, path: string) => ask(who, path, { method: "DELETE" });

const lastAct = async (who: Access) => {
  const [row] = await withTenant(db, who.businessId!, (tx) =>
    tx.select().from(auditLog).orderBy(desc(auditLog.createdAt), desc(auditLog.id)).limit(1),
  );
  return row && [row.action, row.actorName, row.detail];
};

describe("the business and its numbers", () => {
  test("a change names its fields in the audit, and what is not given stays", async () => {
    const changed = await patch(owner, "/api/business", { city: " חיפה ", languages: ["he", "ru"] });
    expect(changed).toMatchObject({
      status: 200,
      body: { name: "מספרת דנה", city: "חיפה", timezone: "Asia/Jerusalem", languages: ["he", "ru"] },
    });
    expect(await lastAct(owner)).toEqual(["business.change", "דנה", { fields: "city languages" }]);
  });

  test("numbers are kept in E.164, whatever their spelling; another's number is taken", async () => {
    const inside = (who: Access) => member(who.businessId, "system_admin");
    const added = await post(inside(owner), "/api/numbers", { phone: "03-765 4321" });
    expect(added).toMatchObject({ status: 201, body: { items: [{}, { phone: "+97237654321" }] } });
    expect((await post(inside(stranger), "/api/numbers", { phone: "+97237654321" })).status).toBe(409);
    expect((await remove(stranger, "/api/numbers/+97237654321")).status).toBe(404);
    expect((await post(inside(owner), "/api/numbers", { phone: "12" })).body.error.fields[0].path).toBe("phone");
    expect((await remove(owner, "/api/numbers/+97237654321")).status).toBe(204);
    expect((await ask(owner, "/api/numbers")).body.items).toHaveLength(1);
  });

  test("only an administrator inside a business gives it a number, also one that is free", async () => {
    const free = { phone: "+97237659999" };
    for (const who of [owner, agent, member(null, "system_admin")])
      expect((await post(who, "/api/numbers", free)).status).toBe(403);
    expect((await ask(owner, "/api/numbers")).body.items).toHaveLength(1);
  });
});

describe("settings", () => {
  test("what is given changes, for the next call, and the rest stays", async () => {
    const before = (await ask(owner, "/api/settings")).body;
    const { body } = await patch(owner, "/api/settings", { callGreeting: "שלום מ{{business_name}}", recordingDays: 3 });
    expect(body).toEqual({ ...before, callGreeting: "שלום מ{{business_name}}", recordingDays: 3 });
    expect(Object.keys(body)).not.toContain("callPrompt");
  });

  test("of two who change one greeting the second is told, and saves nothing; another field is no matter", async () => {
    const who = await office("חדר כושר");
    const { callGreeting } = (await ask(who, "/api/settings")).body;
    await patch(who, "/api/settings", { callGreeting: "ראשון", voice: "cedar", basedOn: { callGreeting } });
    expect(
      await patch(who, "/api/settings", { callGreeting: "שני", keywords: ["א"], basedOn: { callGreeting } }),
    ).toEqual({
      status: 409,
      body: {
        error: {
          code: "taken",
          message: "changed_meanwhile",
          fields: [{ path: "callGreeting", code: "changed_meanwhile" }],
        },
      },
    });
    expect((await ask(who, "/api/settings")).body).toMatchObject({ callGreeting: "ראשון", keywords: [] });
    const based = { callGreeting: "ראשון", keywords: [], transferPhone: null };
    expect((await patch(who, "/api/settings", { callGreeting: "שני", basedOn: based })).status).toBe(200);
  });

  test("another transfer number wants the password given lately; the same one, and none, do not (K16)", async () => {
    const confirmedAt = systemClock.instant().subtract({ hours: 1 });
    const set = (transferPhone: string | null, asked: Asked = {}) =>
      ask(owner, "/api/settings", { method: "PATCH", body: { transferPhone }, ...asked });
    expect(await set("052-111 1111", { confirmedAt })).toMatchObject({
      status: 403,
      body: { error: { message: "confirm_password" } },
    });
    expect((await set("052-111 1111")).body.transferPhone).toBe("+972521111111");
    expect((await set("+972521111111", { confirmedAt })).status).toBe(200);
    expect((await set(null, { confirmedAt })).body.transferPhone).toBeNull();
  });
  test("a preview is filled as the customer would hear it, and says what nobody knows", async () => {
    const { body } = await post(agent, "/api/settings/preview", {
      text: "שלום {{customer_name}}, כאן {{business_name}}. {{price}}",
      customerName: "רון",
    });
    expect(body).toMatchObject({ text: "שלום רון, כאן מספרת דנה.", unknown: ["price"] });
    expect(body.placeholders.map(({ name }: { name: string }) => name)).not.toContain("today");
    const stranger = await post(agent, "/api/settings/preview", { text: "שלום {{customer_name}}, כאן נועה." });
    expect(stranger.body.text).toBe("כאן נועה.");
  });
});

describe("prompts", () => {
  test("each save is a version with its author; two can be compared, and an old one comes back as a new one", async () => {
    const who = await office("קליניקה");
    expect((await ask(who, "/api/prompts/call")).body).toMatchObject({ body: "", version: 0 });
    await put(who, "/api/prompts/call", { body: "תספורת עולה 80", basedOn: 0 });
    await put(who, "/api/prompts/call", { body: "תספורת עולה 90", basedOn: 1 });
    const { body: difference } = await ask(who, "/api/prompts/call/diff?from=1&to=2");
    expect(difference.parts).toEqual([
      { kind: "same", text: "תספורת עולה " },
      { kind: "removed", text: "80" },
      { kind: "added", text: "90" },
    ]);
    const { body: back } = await post(who, "/api/prompts/call/rollback", { version: 1 });
    expect(back).toMatchObject({ version: 3, restoredVersion: 1, body: "תספורת עולה 80", authorName: "דנה" });
    expect((await ask(who, "/api/prompts/call")).body).toMatchObject({ body: "תספורת עולה 80", version: 3 });
    const { body: all } = await ask(who, "/api/prompts/call/versions");
    expect(all.items.map(({ version }: { version: number }) => version)).toEqual([3, 2, 1]);
    expect((await ask(who, "/api/prompts/whatsapp/versions")).body.items).toEqual([]);
  });

  test("of two who write at once the second is told, and overwrites nothing", async () => {
    const who = await office("סטודיו");
    expect((await put(who, "/api/prompts/call", { body: "ראשון", basedOn: 0 })).status).toBe(200);
    expect((await put(who, "/api/prompts/call", { body: "שני", basedOn: 0 })).status).toBe(409);
    expect((await ask(who, "/api/prompts/call")).body.body).toBe("ראשון");
  });
});

describe("hours", () => {
  test("week, dates and rules come together, with the holidays that may be overridden", async () => {
    const who = await office("משרד");
    await put(who, "/api/hours/week", { windows: [{ weekday: 7, fromMinute: 600, toMinute: 900 }] });
    // Yom Kippur 5787 is 21 September 2026; the owner opens on its eve.
    await put(who, "/api/hours/days/2026-09-20", { windows: [{ fromMinute: 540, toMinute: 720 }], reason: "ערב החג" });
    await patch(who, "/api/hours/rules", { bufferAfterMinutes: 10, quietFromMinute: 1_320 });
    const { body } = await ask(who, "/api/hours?from=2026-09-01");
    expect(body.weekly).toEqual([{ resourceId: null, weekday: 7, fromMinute: 600, toMinute: 900 }]);
    expect(body.exceptions).toEqual([
      { resourceId: null, date: "2026-09-20", fromMinute: 540, toMinute: 720, reason: "ערב החג" },
    ]);
    expect(body.rules).toMatchObject({ bufferAfterMinutes: 10, quietFromMinute: 1_320, meetingMinutes: 30 });
    expect(body.holidays.slice(0, 5)).toMatchObject([
      { date: "2026-09-11", kind: "eve", name: "ערב ראש השנה" },
      { date: "2026-09-12", kind: "holiday", hebrewDate: "א׳ בתשרי תשפ״ז" },
      { date: "2026-09-13", kind: "holiday" },
      { date: "2026-09-20", kind: "eve", name: "ערב יום כיפור" },
      { date: "2026-09-21", kind: "holiday", name: "יום כיפור" },
    ]);
    await remove(who, "/api/hours/days/2026-09-20");
    expect((await ask(who, "/api/hours?from=2026-09-01")).body.exceptions).toEqual([]);
  });

  test("of two who set the hours of one day, or of the week, at once one is right, and not both in a mixture", async () => {
    const who = await office("מרפאה");
    for (let round = 0; round < 8; round++) {
      const windows = [{ fromMinute: 540, toMinute: 720 }];
      const later = [{ fromMinute: 780, toMinute: 900 }];
      const weekly = (of: typeof windows) => ({ windows: of.map((window) => ({ weekday: 1, ...window })) });
      await Promise.all([
        put(who, "/api/hours/days/2026-09-20", { windows }),
        put(who, "/api/hours/days/2026-09-20", { windows: later }),
        put(who, "/api/hours/week", weekly(windows)),
        put(who, "/api/hours/week", weekly(later)),
      ]);
      const { body } = await ask(who, "/api/hours?from=2026-09-01");
      expect([body.exceptions.length, body.weekly.length]).toEqual([1, 1]);
    }
  });

  test("a script can make calendars and dated hours up to a bound, and hears at which field it ends", async () => {
    const who = await office("בניין");
    const { businessId } = who;
    await withTenant(db, businessId!, async (tx) => {
      await tx.execute(sql`insert into resources (id, business_id, name)
        select gen_random_uuid(), ${businessId}, 'x' from generate_series(2, ${limits.calendarsMax}::int)`);
      await tx.execute(sql`insert into hours_exceptions (id, business_id, on_date)
        select gen_random_uuid(), ${businessId}, date '2027-01-01' + n from generate_series(2, ${limits.datedHoursMax}::int) as n`);
    });
    const tooMany = (path: string) => ({ status: 422, body: { error: { fields: [{ path, code: "too_many" }] } } });
    expect(await post(who, "/api/resources", { name: "עוד אחד" })).toMatchObject(tooMany("name"));
    const day = (date: string, windows = 1) =>
      put(who, `/api/hours/days/${date}`, {
        windows: Array.from({ length: windows }, (_, n) => ({ fromMinute: n * 60, toMinute: n * 60 + 30 })),
      });
    expect(await day("2026-09-20", 2)).toMatchObject(tooMany("date"));
    expect((await day("2026-09-20")).status).toBe(200);
    expect((await day("2026-09-20")).status).toBe(200); // in the place of itself
    expect(await day("2026-09-21")).toMatchObject(tooMany("date"));
  });

  test("a calendar has hours of its own; the last one that can be booked stays open", async () => {
    const who = await office("מכון");
    const { body: room } = await post(who, "/api/resources", { name: "חדר 2" });
    const { body: week } = await put(who, "/api/hours/week", {
      resourceId: room.id,
      windows: [{ weekday: 1, fromMinute: 480, toMinute: 540 }],
    });
    expect(week.weekly).toContainEqual({ resourceId: room.id, weekday: 1, fromMinute: 480, toMinute: 540 });
    const { body: listed } = await ask(who, "/api/resources");
    const first = listed.items[0].id;
    expect((await patch(who, `/api/resources/${first}`, { active: false })).body).toMatchObject({ active: false });
    const last = await patch(who, `/api/resources/${room.id}`, { active: false });
    expect([last.status, last.body.error.fields]).toEqual([422, [{ path: "active", code: "last_one" }]]);
    const removed = await remove(who, `/api/resources/${room.id}`);
    expect([removed.status, removed.body.error.fields]).toEqual([422, [{ path: "active", code: "last_one" }]]);
    expect((await patch(stranger, `/api/resources/${room.id}`, { name: "שלי" })).status).toBe(404);
    expect((await put(stranger, "/api/hours/week", { resourceId: room.id, windows: [] })).status).toBe(404);
  });
});

describe("removing a calendar", () => {
  const meet = (who: Access, resourceId: string, at: Temporal.Instant, row: Partial<typeof meetings.$inferInsert>) => {
    const span = { startsAt: at, endsAt: at.add({ minutes: 30 }), busyFrom: at, busyTo: at.add({ minutes: 30 }) };
    const rest = { status: "booked" as const, source: "staff" as const, ...row };
    const businessId = who.businessId!;
    return withTenant(db, businessId, (tx) =>
      tx.insert(meetings).values({ id: newId(), businessId, resourceId, ...span, ...rest }),
    );
  };

  test("it goes with its hours when nothing ever stood there, an offer that ran out aside", async () => {
    const who = await office("אולם");
    const { body: room } = await post(who, "/api/resources", { name: "חדר 2" });
    const windows = [{ weekday: 1, fromMinute: 480, toMinute: 540 }];
    await put(who, "/api/hours/week", { resourceId: room.id, windows });
    const now = systemClock.instant();
    await meet(who, room.id, now.add({ hours: 5 }), { status: "held", holdExpiresAt: now.subtract({ minutes: 1 }) });
    expect((await remove(stranger, `/api/resources/${room.id}`)).status).toBe(404);
    expect((await remove(agent, `/api/resources/${room.id}`)).status).toBe(403);
    expect((await remove(who, `/api/resources/${room.id}`)).status).toBe(204);
    expect(await lastAct(who)).toEqual(["resource.remove", "דנה", {}]);
    expect((await ask(who, "/api/resources")).body.items).toHaveLength(1);
    const { body } = await ask(who, "/api/hours");
    expect(body.weekly.some(({ resourceId }: { resourceId: string | null }) => resourceId !== null)).toBe(false);
  });

  test.each([
    ["a meeting ahead", { hours: 5 }, "booked", "calendar_has_meetings"],
    ["a meeting that was", { hours: -5 }, "completed", "calendar_had_meetings"],
    ["a meeting that was called off", { hours: 5 }, "cancelled", "calendar_had_meetings"],
  ] as const)("with %s it stays, and the refusal says which", async (_what, when, status, reason) => {
    const who = await office("אולם");
    const { body: room } = await post(who, "/api/resources", { name: "חדר 2" });
    await meet(who, room.id, systemClock.instant().add(when), { status });
    const { status: answered, body } = await remove(who, `/api/resources/${room.id}`);
    expect([answered, body.error.message]).toEqual([409, reason]);
    expect((await ask(who, "/api/resources")).body.items).toHaveLength(2);
  });
});

describe("knowledge", () => {
  test("a draft is told to nobody until it is published; each change is a revision", async () => {
    const fact = { kind: "fact", subject: "חניה", body: "בחצר", status: "draft" };
    const { status, body } = await post(agent, "/api/knowledge", fact);
    expect([status, body.status, body.revision]).toEqual([201, "draft", 1]);
    const { body: changed } = await put(agent, `/api/knowledge/${body.id}`, { ...fact, body: "בחצר, בחינם" });
    expect(changed).toMatchObject({ revision: 2, status: "draft" });
    const late = await put(agent, `/api/knowledge/${body.id}`, { ...fact, body: "ברחוב", basedOn: body.revision });
    expect(late).toMatchObject({ status: 409, body: { error: { message: "changed_meanwhile" } } });
    const again = { ...fact, status: "draft", basedOn: changed.revision };
    expect((await put(agent, `/api/knowledge/${body.id}`, again)).status).toBe(200);
    expect((await post(agent, `/api/knowledge/${body.id}/publish`, {})).body.status).toBe("published");
    expect((await remove(stranger, `/api/knowledge/${body.id}`)).status).toBe(404);
    expect((await remove(agent, `/api/knowledge/${body.id}`)).status).toBe(204);
    expect(await lastAct(owner)).toEqual(["knowledge.remove", "דנה", {}]);
  });

  test("what several people add at once the assistant is told, all of it", async () => {
    const who = await office("קונדיטוריה");
    const subjects = Array.from({ length: 8 }, (_, n) => `נושא ${n}`);
    await Promise.all(subjects.map((subject) => post(who, "/api/knowledge", { subject, body: "כן" })));
    const { facts } = await withTenant(db, who.businessId!, (tx) =>
      getSettings({ businessId: who.businessId!, actor: { kind: "system" }, tx }),
    );
    expect(subjects.filter((subject) => !facts.includes(subject))).toEqual([]);
  });

  test("of two who change one subject at once, one of them by publishing it, neither is turned away", async () => {
    const who = await office("אופטיקה");
    const draft = { subject: "משקפיים", body: "יש", status: "draft" };
    for (let round = 0; round < 5; round++) {
      const { body } = await post(who, "/api/knowledge", draft);
      const path = `/api/knowledge/${body.id}`;
      const answers = await Promise.all([post(who, `${path}/publish`, {}), put(who, path, { ...draft, body: "אין" })]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    }
  });

  test("has a size: the assistant's instructions do not grow without end", async () => {
    const who = await office("מוסד");
    const tooMany = (path: string) => ({ status: 422, body: { error: { fields: [{ path, code: "too_many" }] } } });
    const rule = (body: string, status = "published") => ({ kind: "procedure", subject: "נוהל", body, status });
    const whole = "א".repeat(limits.knowledgeRuleChars / 4 - 10);
    for (let n = 0; n < 4; n++) expect(await post(who, "/api/knowledge", rule(whole))).toMatchObject({ status: 201 });
    expect(await post(who, "/api/knowledge", rule(whole))).toMatchObject(tooMany("body"));
    const { body: draft } = await post(who, "/api/knowledge", rule(whole, "draft"));
    expect(await post(who, `/api/knowledge/${draft.id}/publish`, {})).toMatchObject(tooMany("body"));
    await withTenant(db, who.businessId!, (tx) =>
      tx.execute(sql`insert into knowledge (id, business_id, subject, body, author_name)
        select gen_random_uuid(), ${who.businessId}, 'x' || n, 'y', 'z'
        from generate_series(6, ${limits.knowledgeMax}::int) as n`),
    );
    const fact = { subject: "חניה", body: "בחצר" };
    expect(await post(who, "/api/knowledge", fact)).toMatchObject(tooMany("subject"));
    expect(await put(who, `/api/knowledge/${draft.id}`, fact)).toMatchObject({ status: 200 });
    await remove(who, `/api/knowledge/${draft.id}`);
    expect(await post(who, "/api/knowledge", fact)).toMatchObject({ status: 201 });
  });

  test("a question is answered or dismissed once, and only by its own business", async () => {
    const who = await office("גלריה");
    const add = (question: string) =>
      withTenant(db, who.businessId!, (tx) =>
        recordUnanswered({ businessId: who.businessId!, actor: { kind: "assistant" }, tx }, question, null),
      );
    for (const question of ["יש גישה לנכים?", "מוכרים מסגרות?", "אפשר עם כלב?"]) await add(question);
    const first = await ask(who, "/api/questions?limit=2");
    expect(first.body.items.map(({ question }: { question: string }) => question)).toEqual([
      "אפשר עם כלב?",
      "מוכרים מסגרות?",
    ]);
    const { body: rest } = await ask(who, `/api/questions?limit=2&cursor=${first.body.next}`);
    const { id } = rest.items[0];
    expect((await post(stranger, `/api/questions/${id}/answer`, { body: "כן" })).status).toBe(404);
    const { status, body } = await post(who, `/api/questions/${id}/answer`, { body: "כן, מהצד", subject: "נגישות" });
    expect([status, body.status, body.subject]).toEqual([201, "draft", "נגישות"]);
    expect((await post(who, `/api/questions/${id}/answer`, { body: "לא" })).status).toBe(404);
    expect((await post(who, `/api/questions/${first.body.items[0].id}/dismiss`, {})).status).toBe(204);
    expect((await ask(who, "/api/questions")).body.items).toHaveLength(1);
  });
});

const missing = newId();
test.each([
  ["PATCH", "/api/business", { name: " " }, 422, "name"],
  ["PATCH", "/api/business", { timezone: "Mars/X" }, 422, "timezone"],
  ["PATCH", "/api/business", { languages: ["Hebrew"] }, 422, "languages.0"],
  ["PATCH", "/api/business", { status: "suspended" }, 422, ""],
  ["PATCH", "/api/settings", { callGreeting: "היום {{today}}" }, 422, "callGreeting"],
  ["PATCH", "/api/settings", { whatsappGreeting: "{{boss}}" }, 422, "whatsappGreeting"],
  ["PATCH", "/api/settings", { recordingDays: -1 }, 422, "recordingDays"],
  ["PATCH", "/api/settings", { transferPhone: "אמא" }, 422, "transferPhone"],
  ["PATCH", "/api/settings", { transferPhone: "1-900-555-555" }, 422, "transferPhone"],
  ["PATCH", "/api/settings", { transferPhone: "+1 212 555 0100" }, 422, "transferPhone"],
  ["PATCH", "/api/settings", { callPrompt: "x" }, 422, ""],
  ["DELETE", "/api/numbers/seven", undefined, 404, undefined],
  ["PUT", "/api/prompts/call", { body: "{{price}}" }, 422, "body"],
  ["PUT", "/api/prompts/call", { body: "x".repeat(20_001) }, 422, "body"],
  ["PUT", "/api/prompts/fax", { body: "x" }, 404, undefined],
  ["POST", "/api/prompts/call/rollback", { version: 99 }, 404, undefined],
  ["GET", "/api/prompts/call/diff?from=1", undefined, 422, "to"],
  ["PUT", "/api/hours/week", { windows: [{ weekday: 8, fromMinute: 0, toMinute: 60 }] }, 422, "windows.0.weekday"],
  ["PUT", "/api/hours/week", { windows: [{ weekday: 1, fromMinute: 60, toMinute: 60 }] }, 422, "windows.0"],
  ["PUT", "/api/hours/week", { resourceId: missing, windows: [] }, 404, undefined],
  ["PUT", "/api/hours/days/2026-02-30", { windows: [] }, 404, undefined],
  ["PATCH", "/api/hours/rules", { meetingMinutes: 0 }, 422, "meetingMinutes"],
  ["PATCH", "/api/hours/rules", { feedVersion: 1 }, 422, ""],
  ["POST", "/api/resources", { name: "  " }, 422, "name"],
  ["PATCH", `/api/resources/${missing}`, { name: "x" }, 404, undefined],
  ["POST", "/api/knowledge", { subject: "", body: "x" }, 422, "subject"],
  ["PUT", `/api/knowledge/${missing}`, { subject: "a", body: "b" }, 404, undefined],
  ["POST", `/api/questions/${missing}/dismiss`, undefined, 404, undefined],
] as const)("%s %s with %j is %i, at %p", async (method, path, body, status, field) => {
  const answer = await ask(owner, path, body === undefined ? { method } : { method, body });
  expect(answer.status).toBe(status);
  expect(answer.body.error.fields?.[0]?.path).toBe(field as string);
});

test("an agent reads all of it and sets none of what is the owner's", async () => {
  for (const path of ["/api/business", "/api/settings", "/api/numbers", "/api/hours", "/api/prompts/call"])
    expect((await ask(agent, path)).status, path).toBe(200);
  for (const [method, path, body] of [
    ["PATCH", "/api/business", { name: "שלי" }],
    ["PATCH", "/api/settings", { voice: "cedar" }],
    ["POST", "/api/numbers", { phone: "+97237654000" }],
    ["PUT", "/api/hours/week", { windows: [] }],
    ["PUT", "/api/prompts/call", { body: "x" }],
  ] as const)
    expect((await ask(agent, path, { method, body })).status, path).toBe(403);
});
