import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import type { Access } from "../api/env.ts";
import { type Asked, door, member } from "../api/testing/door.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import { jobs } from "../db/schema/job.ts";
import { type NotificationKind, notifications } from "../db/schema/notification.ts";
import { ownerTellings } from "../db/schema/owner-telling.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import type { ClaimedJob } from "../jobs/claims.ts";
import { limits } from "../limits.ts";
import { addBusiness } from "../tenants/business.ts";
import { createOwnerApi } from "./api-owner.ts";
import { notify } from "./create.ts";
import { markRead } from "./list.ts";
import { ownerQueue } from "./owner-paths.ts";
import { ownerJobHandlers, type TellOwnerDeps } from "./tell-owner.ts";

interface Owners {
  last: unknown;
  outcome: string;
  whatsapp: string | null;
  error: { message: string; fields: { path: string }[] };
}

let db: TestDatabase;
let now = systemClock.instant();
const clock: Clock = { ...systemClock, instant: () => now };
let letters: { to: string; subject: string; text: string; id: string }[] = [];
let messages: { phone: string; text: string; key: string }[] = [];
let mailServer: () => void = () => {};
let whatsapp = "sent";
let owner: Access;
let phones = 0;
const deps = (): TellOwnerDeps => ({
  db,
  clock,
  log: silentLog,
  publicBaseUrl: () => "https://office.example.com",
  byWhatsapp: async (_ctx, message) => {
    messages.push(message);
    return whatsapp;
  },
  byMail: async (letter) => {
    mailServer();
    letters.push(letter);
  },
});

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());
beforeEach(async () => {
  [letters, messages, whatsapp, now] = [[], [], "sent", systemClock.instant()];
  mailServer = () => {};
  owner = member(await addBusiness(db, { name: "מספרת דנה", phone: `+9723124${1_000 + phones++}` as Phone }));
});

const ask = (path: string, asked?: Asked, who = owner, given: Partial<TellOwnerDeps> = {}) =>
  door(createOwnerApi({ ...deps(), ...given })).json<Owners>(who, `/api/notifications/owner${path}`, asked);
const set = (body: unknown, asked: Asked = {}) => ask("", { method: "PATCH", body, ...asked });
const both = { whatsapp: "054-123 4567", mail: " Dana@Example.co.il " };

/** A line behind the bell; its id. */
const ring = (kind: NotificationKind, title = "דנה מחכה לנציג", body?: string): Promise<string> =>
  withTenant(db, owner.businessId!, async (tx) => {
    const subject = `call:${newId()}`;
    const ctx = { businessId: owner.businessId!, actor: { kind: "system" as const }, tx };
    await notify(ctx, { kind, title, subject, ...(body === undefined ? {} : { body }) });
    const [row] = await tx.select().from(notifications).where(eq(notifications.subject, subject));
    return row!.id;
  });

const waiting = () =>
  withSystem(db, async (tx) =>
    (await tx.select().from(jobs).where(eq(jobs.businessId, owner.businessId!))).filter(
      ({ queue }) => queue === ownerQueue,
    ),
  );

/** Does what waits; `twice`, as after a crash, and leaves nothing. What was thrown. */
async function work({ twice = false } = {}): Promise<string[]> {
  const thrown: string[] = [];
  for (const job of await waiting())
    for (let turn = 0; turn < (twice ? 2 : 1); turn++)
      await ownerJobHandlers(deps())[ownerQueue]!(job as unknown as ClaimedJob, new AbortController().signal).catch(
        (error: AppError) => thrown.push(error.code),
      );
  await withSystem(db, (tx) => tx.delete(jobs).where(eq(jobs.businessId, owner.businessId!)));
  return thrown;
}

describe("an owner with the panel closed", () => {
  test("hears once of what waits, by mail and by WhatsApp, in words and with the way to the panel", async () => {
    await set(both);
    const id = await ring("reminder_due", "רון, תספורת", "2026-12-01T16:30\nהוא עוד לא כתב לעסק.");
    expect(await work({ twice: true })).toEqual([]);
    const text =
      "תזכורת שלא הגיעה ללקוח: רון, תספורת\nיום שלישי, 1 בדצמבר, 16:30\nהוא עוד לא כתב לעסק.\nhttps://office.example.com/notifications";
    expect(letters).toEqual([{ to: "dana@example.co.il", subject: "התראה: מספרת דנה", text, id }]);
    expect(messages).toEqual([{ phone: "+972541234567", text, key: `owner:${id}` }]);
    const sent = { outcome: "sent", at: expect.any(String) };
    expect((await ask("")).body.last).toEqual({ whatsapp: sent, mail: sent });
  });

  test("hears nothing without having asked, of calm lines unless wanted, or of WhatsApp's own trouble by WhatsApp", async () => {
    await ring("hand_over");
    expect(await waiting()).toEqual([]);
    await set({ whatsapp: both.whatsapp });
    await ring("meeting_booked", "רון");
    await ring("whatsapp_failed");
    await ring("whatsapp_down");
    expect(await waiting()).toEqual([]);
    await set({ urgentOnly: false });
    await ring("meeting_booked", "רון");
    await work();
    expect(messages.map(({ text }) => text.split("\n")[0])).toEqual(["נקבעה פגישה: רון"]);
  });

  test("is not told of what was read meanwhile, is an hour old, or was switched off before it went", async () => {
    await set(both);
    const id = await ring("hand_over");
    const ctx = { businessId: owner.businessId!, actor: { kind: "system" as const } };
    await withTenant(db, ctx.businessId, (tx) => markRead({ ...ctx, tx }, { id }, now));
    await work();
    await ring("hand_over");
    now = now.add({ minutes: 61 });
    await work();
    now = systemClock.instant();
    await ring("hand_over");
    await set({ whatsapp: null, mail: null });
    await work();
    expect([letters, messages]).toEqual([[], []]);
  });

  test("gets so many an hour; the last of them says that more wait behind the bell", async () => {
    await set({ mail: both.mail });
    for (let n = 0; n < limits.ownerTellingsPerHour + 3; n++) await ring("hand_over");
    await work();
    expect(letters).toHaveLength(limits.ownerTellingsPerHour);
    expect(letters.filter(({ text }) => text.includes("מחכות בפעמון"))).toEqual([letters.at(-1)!]);
    await withSystem(db, (tx) => tx.update(ownerTellings).set({ at: now.subtract({ minutes: 61 }) }));
    await ring("hand_over");
    await work();
    expect(letters).toHaveLength(limits.ownerTellingsPerHour + 1);
  });

  test("a mail server that is away is tried again with the same letter; one that refuses the mailbox is not", async () => {
    await set({ mail: both.mail });
    const id = await ring("hand_over");
    let tries = 0;
    mailServer = () => {
      tries += 1;
      if (tries === 1) throw new AppError("upstream", "away");
    };
    expect(await work({ twice: true })).toEqual(["upstream"]);
    expect(letters.map((letter) => letter.id)).toEqual([id]);
    now = now.add({ seconds: 1 });
    mailServer = () => {
      throw new AppError("invalid", "no such person");
    };
    await ring("hand_over");
    expect(await work({ twice: true })).toEqual([]);
    expect((await ask("")).body.last).toMatchObject({ mail: { outcome: "refused" } });
  });
});

describe("/api/notifications/owner", () => {
  test("a test says what became of it, and whether there is a mail server at all", async () => {
    const test = (path: string, given: Partial<TellOwnerDeps> = {}) =>
      ask("/test", { body: { path } }, owner, given).then(({ body }) => body.outcome);
    expect(await test("mail")).toBe("not_set");
    await set(both);
    expect(await test("mail")).toBe("sent");
    expect(letters[0]?.text).toContain("הכול עובד");
    whatsapp = "never_wrote";
    expect(await test("whatsapp")).toBe("never_wrote");
    expect(await test("mail", { byMail: null })).toBe("no_mail_server");
    expect((await ask("", {}, owner, { byMail: null })).body).toMatchObject({ hasMail: false });
  });

  test("only an owner sees and changes it; another address wants the password given lately", async () => {
    expect((await ask("", {}, member(owner.businessId, "agent"))).status).toBe(403);
    const confirmedAt = now.subtract({ hours: 1 });
    for (const change of [{ mail: both.mail }, { whatsapp: both.whatsapp }])
      expect(await set(change, { confirmedAt })).toMatchObject({
        status: 403,
        body: { error: { message: "confirm_password" } },
      });
    await set(both);
    expect((await set({ ...both, mail: null, urgentOnly: false }, { confirmedAt })).body).toMatchObject({
      whatsapp: "+972541234567",
      mail: null,
      urgentOnly: false,
    });
    const wrong = await set({ mail: "dana", whatsapp: "12" });
    expect(wrong.body.error.fields.map(({ path }) => path).toSorted()).toEqual(["mail", "whatsapp"]);
  });
});
