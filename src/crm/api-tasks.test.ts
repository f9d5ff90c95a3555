import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { newId } from "../base/ids.ts";
import { jobs } from "../db/schema/job.ts";
import { notifications } from "../db/schema/notification.ts";
import { withSystem } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import type { ClaimedJob } from "../jobs/claims.ts";
import { crmJobHandlers } from "./handlers.ts";
import { createTask } from "./tasks/create-task.ts";
import { taskDueQueue } from "./tasks/remind-when-due.ts";
import { type CrmRoom, crmRoom, nasty } from "./testing/crm-room.ts";

interface Task {
  id: string;
  title: string;
  status: string;
  dueAt: string | null;
  dueLocal: string | null;
  doneAt: string | null;
  customerName: string | null;
  createdBy: string;
  createdByUserId: string | null;
}
interface Page {
  items: Task[];
  next: string | null;
}

let db: TestDatabase;
let room: CrmRoom;
beforeAll(async () => {
  db = await testDatabase();
}, 20_000);
beforeEach(async () => {
  room = await crmRoom(db);
});
afterAll(() => db.drop());

const make = async (body: object): Promise<Task> => {
  const answer = await room.json<Task>(room.owner, "/api/tasks", { body });
  expect(answer.status).toBe(201);
  return answer.body;
};
const list = async (query = "") => (await room.json<Page>(room.owner, `/api/tasks${query}`)).body;
const titles = (page: Page) => page.items.map(({ title }) => title);
const change = (id: string, body: object) => room.json<Task>(room.owner, `/api/tasks/${id}`, { method: "PATCH", body });
const step = (id: string, verb: "complete" | "reopen") =>
  room.json<Task>(room.owner, `/api/tasks/${id}/${verb}`, { method: "POST" });

describe("the lists", () => {
  test("open ones by when they are due, those without a date last, page by page", async () => {
    await make({ title: "מתישהו" });
    await make({ title: "מחר", dueAt: "2030-01-02T10:00:00+02:00" });
    await make({ title: "היום", dueAt: "2030-01-01T10:00:00+02:00" });
    const first = await list("?limit=2");
    const second = await list(`?limit=2&cursor=${first.next}`);
    expect([titles(first), titles(second), second.next]).toEqual([["היום", "מחר"], ["מתישהו"], null]);
    expect(first.items[0]).toMatchObject({ dueAt: "2030-01-01T08:00:00Z", dueLocal: "2030-01-01T10:00" });
  });

  test("overdue, done, all and mine", async () => {
    await make({ title: "איחור", dueAt: "2020-01-01T08:00:00Z" });
    await make({ title: "שלי", assigneeUserId: room.owner.userId });
    const done = await make({ title: "נעשה" });
    await step(done.id, "complete");
    expect(titles(await list("?view=overdue"))).toEqual(["איחור"]);
    expect(titles(await list("?view=done"))).toEqual(["נעשה"]);
    expect(titles(await list("?view=all"))).toEqual(["נעשה", "שלי", "איחור"]);
    expect(titles(await list("?mine=true"))).toEqual(["שלי"]);
    const key = { ...room.owner, via: "api_key" as const, userId: null };
    expect((await room.json<Page>(key, "/api/tasks?mine=true")).body.items).toEqual([]);
  });

  test("by words of the title, the detail, or the customer it is about, within the view", async () => {
    const who = { name: "רונית כהן", phone: "054-1234567" };
    await room.json(room.owner, "/api/leads", { body: who });
    const [lead] = (await room.json<{ items: { customerId: string }[] }>(room.owner, "/api/leads")).body.items;
    await make({ title: "להתקשר", customerId: lead!.customerId, detail: "בעניין הצעת־מחיר 50% לחתונה" });
    await make({ title: 'לשלוח חשבונית לעו"ד לוי', detail: "חשבון 77123" });
    const done = await make({ title: "לשלוח הצעה ישנה" });
    await step(done.id, "complete");
    const found = async (q: string, more = "") => titles(await list(`?q=${encodeURIComponent(q)}${more}`));
    expect(await found("הצע")).toEqual(["להתקשר"]);
    expect(await found("חתונה")).toEqual([]);
    expect(await found("לחתונה מחיר")).toEqual(["להתקשר"]);
    expect(await found("לחתונה חשבונית")).toEqual([]);
    expect(await found("לעוד")).toEqual(['לשלוח חשבונית לעו"ד לוי']);
    expect(await found("77-123")).toEqual(['לשלוח חשבונית לעו"ד לוי']);
    // Digits of two numbers are none together: the 5 and the 03 of an hour were found as one.
    await make({ title: "להזמין 5 שקים", detail: "עד 03:45, 050 765 43" });
    expect(await found("503")).toEqual([]);
    expect(await found("07654")).toEqual(["להזמין 5 שקים"]);
    expect(await found("כהן")).toEqual(["להתקשר"]);
    expect(await found("054-123")).toEqual(["להתקשר"]);
    expect(await found("לשלוח", "&view=done")).toEqual(["לשלוח הצעה ישנה"]);
    expect(await found("לשלוח", "&view=all&limit=1")).toEqual(["לשלוח הצעה ישנה"]);
    expect(await found("50%_")).toEqual(["להתקשר"]);
    expect(await found("---")).toEqual([]);
    expect((await room.ask(room.owner, "/api/tasks?q=")).status).toBe(422);
    expect((await room.json<Page>(room.stranger, "/api/tasks?q=%D7%9C%D7%A9%D7%9C%D7%95%D7%97")).body.items).toEqual(
      [],
    );
  });

  test("who made it is told: a person by id, the assistant by kind", async () => {
    await make({ title: "של דנה" });
    await room.business.run((ctx) =>
      createTask(ctx, { title: "של העוזרת", customerId: room.business.customerIds[0]! }),
    );
    const [theirs, mine] = (await list("?view=all")).items;
    expect(mine).toMatchObject({ createdBy: "staff", createdByUserId: room.owner.userId, customerName: null });
    expect(theirs).toMatchObject({ createdBy: "assistant", createdByUserId: null, customerName: "לקוח 1" });
  });
});

test("is completed once and opened again", async () => {
  const { id } = await make({ title: "לחזור לדנה" });
  const first = (await step(id, "complete")).body;
  expect((await step(id, "complete")).body.doneAt).toBe(first.doneAt);
  expect((await step(id, "reopen")).body).toMatchObject({ status: "open", doneAt: null });
});

describe("a reminder", () => {
  const due = "2030-01-01T08:00:00Z";
  const waiting = () =>
    withSystem(db, (tx) => tx.select().from(jobs).where(eq(jobs.businessId, room.business.businessId)));
  const rings = () =>
    room.business.run(({ tx }) => tx.select().from(notifications).where(eq(notifications.kind, "task_due")));
  /** As the runner does, for every job of the business that waits, due or not. */
  const runAll = async () => {
    const handler = crmJobHandlers({ db })[taskDueQueue]!;
    const handed = (await waiting()).map((job) => ({ ...job, attempt: 1 }) as ClaimedJob);
    for (const job of handed) await handler(job, new AbortController().signal);
  };

  test("waits for its moment and rings once, whatever the runner repeats", async () => {
    const { id } = await make({ title: "לחזור לדנה", dueAt: due });
    expect((await waiting()).map(({ runAt }) => runAt.toString())).toEqual([due]);
    await runAll();
    await runAll();
    expect((await rings()).map(({ subject }) => subject)).toEqual([`task:${id}`]);
  });

  test("of a task that was moved rings at the new date only, and again after the old one rang", async () => {
    const { id } = await make({ title: "לחזור לדנה", dueAt: due });
    await runAll();
    await change(id, { dueAt: "2030-02-01T08:00:00Z" });
    expect(await rings()).toEqual([]);
    await runAll();
    expect(await rings()).toHaveLength(1);
  });

  test("of a task that is done, or has no date any more, does not ring", async () => {
    const [done, undated] = [await make({ title: "א", dueAt: due }), await make({ title: "ב", dueAt: due })];
    await step(done.id, "complete");
    await change(undated.id, { dueAt: null });
    await runAll();
    expect(await rings()).toEqual([]);
  });

  test("that rang is read when the task is done", async () => {
    const { id } = await make({ title: "א", dueAt: due });
    await runAll();
    await step(id, "complete");
    expect((await rings())[0]?.readAt).not.toBeNull();
  });
});

describe("bad input", () => {
  test.each([
    ...Object.entries(nasty).map(([what, title]) => [what, { title }, "title"] as const),
    ["no title", {}, "title"],
    ["a date that is none", { title: "א", dueAt: "tomorrow" }, "dueAt"],
    ["a date without a zone", { title: "א", dueAt: "2030-01-01T10:00:00" }, "dueAt"],
    ["a date in the year 9999", { title: "א", dueAt: "9999-01-01T10:00:00Z" }, "dueAt"],
    ["an urgency that is none", { title: "א", urgency: "panic" }, "urgency"],
  ])("%s is refused with the field", async (_what, body, path) => {
    const answer = await room.json<{ error: { fields: { path: string }[] } }>(room.owner, "/api/tasks", { body });
    expect([answer.status, answer.body.error.fields.map((field) => field.path)]).toEqual([422, [path]]);
  });

  test("work is given to people of the business only", async () => {
    for (const assigneeUserId of [newId(), room.stranger.userId])
      expect((await room.json(room.owner, "/api/tasks", { body: { title: "א", assigneeUserId } })).status).toBe(422);
  });

  test("another business's customer, or task, is not there", async () => {
    const theirs = room.other.customerIds[0]!;
    expect((await room.json(room.owner, "/api/tasks", { body: { title: "א", customerId: theirs } })).status).toBe(404);
    const { id } = await make({ title: "א" });
    expect((await change(id, { customerId: theirs })).status).toBe(404);
    for (const [method, path] of [
      ["GET", ""],
      ["PATCH", ""],
      ["POST", "/complete"],
      ["POST", "/reopen"],
    ] as const) {
      const body = method === "PATCH" ? { title: "ב" } : undefined;
      expect((await room.ask(room.stranger, `/api/tasks/${id}${path}`, { method, body })).status).toBe(404);
      expect((await room.ask(room.owner, `/api/tasks/${newId()}${path}`, { method, body })).status).toBe(404);
    }
    expect((await room.json<Page>(room.stranger, "/api/tasks?view=all")).body.items).toEqual([]);
    expect(titles(await list())).toEqual(["א"]);
  });
});
