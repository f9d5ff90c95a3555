import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { systemClock } from "../base/clock.ts";
import type { BusinessId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import { seededRandom } from "../base/random.ts";
import { withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { addBusiness } from "./business.ts";
import type { Actor, Ctx } from "./ctx.ts";
import { createDirectory } from "./directory.ts";
import { setCalendarRules, setDayHours, setWeeklyHours } from "./hours.ts";
import { listKnowledge, removeKnowledge, saveKnowledge, searchKnowledge } from "./knowledge.ts";
import { diffPrompt, listPromptVersions, rollBackPrompt, savePrompt } from "./prompts.ts";
import { answerQuestion, listUnanswered, recordUnanswered } from "./questions.ts";

let db: TestDatabase;
let made = 0;
beforeAll(async () => {
  db = await testDatabase();
}, 20_000);
afterAll(() => db.drop());

const dana: Actor = { kind: "staff", userId: "0190b6f0-0000-7000-8000-000000000001", name: "דנה" };
const at = <T>(id: BusinessId, work: (ctx: Ctx) => Promise<T>, actor: Actor = dana): Promise<T> =>
  withTenant(db, id, (tx) => work({ businessId: id, actor, tx }));
const business = (prompt?: string) =>
  addBusiness(db, {
    name: `עסק ${++made}`,
    phone: `+9723555${String(1_000 + made)}` as Phone,
    ...(prompt ? { prompt } : {}),
  });

describe("prompts", () => {
  test("every save is a version with its author; the same text again is none", async () => {
    const id = await business();
    await at(id, (ctx) => savePrompt(ctx, "call", "לענות בקצרה."));
    await at(id, (ctx) => savePrompt(ctx, "call", "לענות בקצרה ובחום."));
    await at(id, (ctx) => savePrompt(ctx, "call", "לענות בקצרה ובחום."));
    const versions = await at(id, (ctx) => listPromptVersions(ctx, "call"));
    expect(versions.map(({ version, authorName, body }) => [version, authorName, body])).toEqual([
      [2, "דנה", "לענות בקצרה ובחום."],
      [1, "דנה", "לענות בקצרה."],
    ]);
    expect(await at(id, (ctx) => listPromptVersions(ctx, "whatsapp"))).toEqual([]);
  });

  test("the text a business was made with is not lost by the first save", async () => {
    const id = await business("הטקסט הראשון");
    await at(id, (ctx) => savePrompt(ctx, "call", "טקסט חדש"));
    const versions = await at(id, (ctx) => listPromptVersions(ctx, "call"));
    expect(versions.map(({ body, authorName }) => [body, authorName])).toEqual([
      ["טקסט חדש", "דנה"],
      ["הטקסט הראשון", "system"],
    ]);
  });

  test("rolling back makes a new version of the old text, and says of which", async () => {
    const id = await business();
    await at(id, (ctx) => savePrompt(ctx, "call", "א"));
    await at(id, (ctx) => savePrompt(ctx, "call", "ב"));
    const restored = await at(id, (ctx) => rollBackPrompt(ctx, "call", 1));
    expect(restored).toMatchObject({ version: 3, body: "א", restoredVersion: 1 });
    expect(await at(id, (ctx) => diffPrompt(ctx, "call", 2, 3))).toEqual([
      { kind: "removed", text: "ב" },
      { kind: "added", text: "א" },
    ]);
    await expect(at(id, (ctx) => rollBackPrompt(ctx, "call", 9))).rejects.toThrow("no such prompt version");
  });

  test("an unknown placeholder is refused at save time and nothing changes", async () => {
    const id = await business();
    await expect(at(id, (ctx) => savePrompt(ctx, "call", "{{price}}"))).rejects.toThrow("unknown placeholder");
    expect(await at(id, (ctx) => listPromptVersions(ctx, "call"))).toEqual([]);
  });

  test("two authors at once get two versions", async () => {
    const id = await business();
    await Promise.all(["א", "ב", "ג", "ד"].map((body) => at(id, (ctx) => savePrompt(ctx, "call", body))));
    const versions = await at(id, (ctx) => listPromptVersions(ctx, "call"));
    expect(versions.map(({ version }) => version)).toEqual([4, 3, 2, 1]);
  });

  test("another business's versions cannot be seen", async () => {
    const [mine, theirs] = [await business(), await business()];
    await at(theirs, (ctx) => savePrompt(ctx, "call", "סוד"));
    expect(await at(mine, (ctx) => listPromptVersions(ctx, "call"))).toEqual([]);
  });

  test("a saved prompt, knowledge or hours are in memory for the next call, announced by the database", async () => {
    const id = await business();
    const directory = createDirectory({ db, clock: systemClock, log: silentLog, random: seededRandom(1) });
    await at(id, (ctx) => savePrompt(ctx, "whatsapp", "חדש"));
    await at(id, (ctx) => saveKnowledge(ctx, { subject: "חניה", body: "מאחורי הבניין" }));
    await at(id, (ctx) => saveKnowledge(ctx, { kind: "never", subject: "הנחות", body: "לא מבטיחים הנחה" }));
    await at(id, (ctx) => setWeeklyHours(ctx, null, [{ weekday: 7, fromMinute: 600, toMinute: 900 }]));
    await directory.refresh();
    const profile = directory.get(id);
    expect(profile?.whatsappPrompt).toBe("חדש");
    expect(profile?.facts).toBe(
      "שעות הפעילות:\n- ראשון: 10:00 עד 15:00\n\nמה שידוע על העסק:\n- חניה: מאחורי הבניין\n\nאסור להבטיח או לומר:\n- הנחות: לא מבטיחים הנחה",
    );
    await directory.close();
  });
});

describe("knowledge", () => {
  test("a question finds its subject through prefixes and plurals of speech", async () => {
    const id = await business();
    await at(id, (ctx) => saveKnowledge(ctx, { subject: "חניה", body: "חינם מאחורי הבניין" }));
    await at(id, (ctx) => saveKnowledge(ctx, { subject: "מחיר תספורת", body: '120 ש"ח' }));
    const rows: [question: string, subject: string | undefined][] = [
      ["איפה החניה?", "חניה"],
      ["יש לכם חניה", "חניה"],
      ["כמה עולה התספורת", "מחיר תספורת"],
      ["אתם פתוחים בפורים?", undefined],
    ];
    for (const [question, subject] of rows) {
      const [best] = await at(id, (ctx) => searchKnowledge(ctx, question));
      expect(best?.subject, question).toBe(subject as string);
    }
  });

  test("staff's answer to an open question becomes a draft, which nobody is told before it is published", async () => {
    const id = await business();
    await at(id, (ctx) => recordUnanswered(ctx, "יש גישה לנכים?", null));
    const [open] = (await at(id, (ctx) => listUnanswered(ctx))).items;
    const draft = await at(id, (ctx) => answerQuestion(ctx, open!.id, { body: "כן, מהכניסה הצדדית" }));
    expect(draft.status).toBe("draft");
    expect((await at(id, (ctx) => listUnanswered(ctx))).items).toEqual([]);
    expect(await at(id, (ctx) => searchKnowledge(ctx, "גישה לנכים"))).toEqual([]);
    await at(id, (ctx) => saveKnowledge(ctx, { subject: draft.subject, body: draft.body }, draft.id));
    expect((await at(id, (ctx) => searchKnowledge(ctx, "גישה לנכים"))).length).toBe(1);
  });
});

test("removed knowledge is gone from what the assistant is told; its question stays answered", async () => {
  const id = await business();
  await at(id, (ctx) => recordUnanswered(ctx, "יש חניה?", null));
  const [open] = (await at(id, (ctx) => listUnanswered(ctx))).items;
  const draft = await at(id, (ctx) => answerQuestion(ctx, open!.id, { body: "כן" }));
  await at(id, (ctx) => removeKnowledge(ctx, draft.id));
  expect(await at(id, (ctx) => listKnowledge(ctx))).toEqual([]);
  expect((await at(id, (ctx) => listUnanswered(ctx))).items).toEqual([]);
});

test("hours out of bounds are refused with the field's name", async () => {
  const id = await business();
  const bad: [string, (ctx: Ctx) => Promise<void>][] = [
    ["closes before it opens", (ctx) => setWeeklyHours(ctx, null, [{ weekday: 1, fromMinute: 600, toMinute: 600 }])],
    ["weekday", (ctx) => setWeeklyHours(ctx, null, [{ weekday: 0, fromMinute: 0, toMinute: 60 }])],
    ["date", (ctx) => setDayHours(ctx, null, "2026-02-31", { windows: [] })],
    ["stepMinutes", (ctx) => setCalendarRules(ctx, { stepMinutes: 0 }, async () => {})],
  ];
  for (const [message, work] of bad) await expect(at(id, work)).rejects.toThrow(message);
});
