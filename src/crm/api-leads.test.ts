import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { member } from "../api/testing/door.ts";
import { newId } from "../base/ids.ts";
import { auditLog } from "../db/schema/audit.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { saveLead } from "./leads/save-lead.ts";
import { type CrmRoom, crmRoom, harmless, nasty } from "./testing/crm-room.ts";

interface Lead {
  id: string;
  customerId: string;
  name: string | null;
  phones: string[];
  status: string;
  source: string;
  createdAt: string;
  createdLocal: string;
  archivedAt: string | null;
}
interface Page {
  items: Lead[];
  next: string | null;
}
interface Refusal {
  error: { code: string; fields?: { path: string; code: string }[] };
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

const add = async (body: object, who = room.owner) => {
  const answer = await room.json<{ lead: Lead; isNew: boolean }>(who, "/api/leads", { body });
  expect(answer.status).toBe(200);
  return answer.body;
};
const list = async (query = "", who = room.owner) => (await room.json<Page>(who, `/api/leads${query}`)).body;
const names = (page: Page) => page.items.map(({ name }) => name);

describe("writing a lead down", () => {
  test("a known number is the same lead: it learns the name and the note, and is not made twice", async () => {
    const first = await add({ phone: "050-123 4567" });
    const again = await add({ phone: "+972 50 1234567", name: "דנה", note: "רוצה צבע" });
    expect([first.isNew, again.isNew, again.lead.id]).toEqual([true, false, first.lead.id]);
    expect(again.lead).toMatchObject({ name: "דנה", phones: ["+972501234567"], status: "new", source: "staff" });
    expect((await list()).items).toHaveLength(1);
  });

  test("twenty requests with one number at once make one lead", async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => add({ phone: "0521112233", name: "רון" })));
    expect(new Set(all.map(({ lead }) => lead.id)).size).toBe(1);
  });

  test.each(Object.entries(harmless))("%s as a name comes back letter for letter", async (_what, name) => {
    expect((await add({ name })).lead.name).toBe(name);
  });

  test.each([
    ...Object.entries(nasty).map(([what, name]) => [`${what} as a name`, { name }, "name"] as const),
    ["neither a name nor a number", {}, "name"],
    ["no number", { phone: "abc" }, "phone"],
    ["an unknown status", { name: "דנה", status: "nowhere" }, "status"],
    ["an unknown source", { name: "דנה", source: "moon" }, "source"],
    ["no id of a user", { name: "דנה", assigneeUserId: "7" }, "assigneeUserId"],
    ["somebody who is not of the business", { name: "דנה", assigneeUserId: newId() }, "assigneeUserId"],
    ["a field that is none", { name: "דנה", businessId: "x" }, ""],
    ["a number as a name", { name: 7 }, "name"],
  ])("%s is refused with the field", async (_what, body, path) => {
    const { status, body: said } = await room.json<Refusal>(room.owner, "/api/leads", { body });
    expect(status).toBe(422);
    expect(said.error.fields?.map((field) => field.path)).toEqual([path]);
    expect((await list()).items).toEqual([]);
  });
});

describe("the list", () => {
  test("pages through all, newest first, each once", async () => {
    for (const name of ["א", "ב", "ג", "ד", "ה"]) await add({ name });
    const first = await list("?limit=3");
    const second = await list(`?limit=3&cursor=${first.next}`);
    expect([...names(first), ...names(second)]).toEqual(["ה", "ד", "ג", "ב", "א"]);
    expect(second.next).toBeNull();
  });

  test("recently active first: a note brings a lead up", async () => {
    const old = await add({ name: "ישן" });
    await add({ name: "חדש" });
    await room.business.run(({ tx }) =>
      tx.execute(sql`update leads set active_at = active_at - interval '1 hour' where id = ${old.lead.id}`),
    );
    expect(names(await list("?sort=active"))).toEqual(["חדש", "ישן"]);
    await room.json(room.owner, `/api/customers/${old.lead.customerId}/notes`, { body: { body: "התקשרה שוב" } });
    expect(names(await list("?sort=active"))).toEqual(["ישן", "חדש"]);
    expect(names(await list())).toEqual(["חדש", "ישן"]);
  });

  test("filters by status, source, whether it is closed, assignee and when it was made", async () => {
    const me = room.owner.userId;
    await add({ name: "פתוח", assigneeUserId: me });
    await add({ name: "סגור", status: "won", source: "referral" });
    expect(names(await list("?status=won"))).toEqual(["סגור"]);
    expect(names(await list("?source=referral"))).toEqual(["סגור"]);
    expect(names(await list("?closed=false"))).toEqual(["פתוח"]);
    expect(names(await list("?closed=true"))).toEqual(["סגור"]);
    expect(names(await list(`?assigneeUserId=${me}`))).toEqual(["פתוח"]);
    expect(names(await list("?createdFrom=2199-01-01T00:00:00Z"))).toEqual([]);
    expect(names(await list("?createdTo=2199-01-01T00:00:00%2B02:00"))).toHaveLength(2);
  });

  test.each([
    ["the beginning of a word", "דנ", true],
    ["a whole name in another order", "כהן דנה", true],
    ["a word with a final letter in its middle form", "רונית", true],
    ["the beginning of a word up to a final letter", "רון", true],
    ["letters with niqqud", "דָּנָה", true],
    ["a word without its geresh", "צק", true],
    ["English in another case", "oBRien", true],
    ["a word of a note", "חניה", true],
    ["the middle of a word", "נה", false],
    ["one word that fits and one that does not", "דנה לוי", false],
    ["the number as it is dialled", "050-123 4567", true],
    ["its beginning", "0501", true],
    ["the number with the country", "+97250", true],
    ["its last four digits", "4567", true],
    ["other digits", "9999", false],
    ["only signs", "!!!", false],
    ["per cent", "%", false],
  ])("is searched: %s", async (_what, q, found) => {
    await add({ name: "דנה כהן רונית O'Brien צ'ק", phone: "050-1234567", note: "שאלה על חניה" });
    await add({ name: "אחר" });
    const page = await list(`?q=${encodeURIComponent(q)}`);
    expect(page.items).toHaveLength(found ? 1 : 0);
  });

  test("what was renamed or noted away is not found any more", async () => {
    const { lead } = await add({ name: "ישנה", note: "קפה" });
    await room.json(room.owner, `/api/leads/${lead.id}`, { method: "PATCH", body: { name: "חדשה" } });
    expect((await list("?q=ישנה")).items).toEqual([]);
    expect((await list("?q=חדשה")).items).toHaveLength(1);
    expect((await list("?q=קפה")).items).toHaveLength(1);
  });

  test("the time is also told on the business's clock", async () => {
    const { lead } = await add({ name: "דנה" });
    const wall = Temporal.Instant.from(lead.createdAt).toZonedDateTimeISO("Asia/Jerusalem").toPlainDateTime();
    expect(lead.createdLocal).toBe(wall.toString().slice(0, 16));
  });

  test.each([
    "?limit=0",
    "?limit=201",
    "?cursor=x",
    "?cursor=~",
    "?q=%00",
    "?closed=maybe",
    "?sort=oldest",
    "?createdFrom=yesterday",
    "?x=1",
  ])("%s is refused", async (query) => {
    expect((await room.ask(room.owner, `/api/leads${query}`)).status).toBe(422);
  });
});

describe("the board", () => {
  test("counts every status, empty ones too, under the same filters", async () => {
    await add({ name: "א" });
    await add({ name: "ב" });
    await add({ name: "ג", status: "won", source: "referral" });
    const { body } = await room.json<{ items: { key: string; count: number }[] }>(room.owner, "/api/leads/counts");
    expect(body.items.map(({ key, count }) => `${key}:${count}`)).toEqual([
      "new:2",
      "contacted:0",
      "in_progress:0",
      "meeting:0",
      "won:1",
      "lost:0",
    ]);
    const some = await room.json<typeof body>(room.owner, "/api/leads/counts?source=referral");
    expect(some.body.items.reduce((sum, { count }) => sum + count, 0)).toBe(1);
  });

  test("many leads change at once; of those that are not there it says so", async () => {
    const leads = [await add({ name: "א" }), await add({ name: "ב" })];
    const foreign = await add({ name: "זר" }, room.stranger);
    const ids = leads.map(({ lead }) => lead.id);
    const change = (all: string[], what: object = { status: "won" }) =>
      room.json<{ changed: string[]; missing: string[] }>(room.owner, "/api/leads/change", {
        body: { ids: all, change: what },
      });
    expect((await change(ids, { status: "nowhere" })).status).toBe(422);
    expect((await change(ids, {})).status).toBe(422);
    expect((await change(ids, { assigneeUserId: room.stranger.userId })).status).toBe(422);
    expect((await change([foreign.lead.id])).status).toBe(404);
    expect((await list("?status=won")).items).toEqual([]);
    const { body } = await change([...ids, foreign.lead.id]);
    expect(body.changed.toSorted()).toEqual(ids.toSorted());
    expect(body.missing).toEqual([foreign.lead.id]);
    expect((await list("?status=won")).items).toHaveLength(2);
    expect((await list("", room.stranger)).items[0]?.status).toBe("new");
    expect((await change(ids, { assigneeUserId: room.owner.userId, source: "referral" })).status).toBe(200);
    expect((await list(`?source=referral&assigneeUserId=${room.owner.userId}`)).items).toHaveLength(2);
    const rows = await room.business.run(({ tx }) => tx.select().from(auditLog).orderBy(auditLog.id));
    expect(rows.filter(({ action }) => action === "lead.change").map(({ detail }) => detail)).toEqual([
      ...ids.map(() => ({ fields: "status", together: 2 })),
      ...ids.map(() => ({ fields: "source assigneeUserId", together: 2 })),
    ] as never);
  });
});

describe("changing a lead", () => {
  test("what staff wrote, the assistant does not write over", async () => {
    const { lead } = await add({ phone: "0501234567" });
    const learn = (name: string) =>
      room.business.run((ctx) => saveLead(ctx, { customerId: lead.customerId as never, source: "call", name }));
    await learn("דינה");
    expect(names(await list())).toEqual(["דינה"]);
    await room.json(room.owner, `/api/leads/${lead.id}`, { method: "PATCH", body: { name: "דנה כהן" } });
    await learn("טינה");
    expect(names(await list())).toEqual(["דנה כהן"]);
    await room.json(room.owner, `/api/leads/${lead.id}`, { method: "PATCH", body: { name: null } });
    await learn("דינה");
    expect(names(await list())).toEqual(["דינה"]);
  });

  test("archived it is out of sight, until somebody takes it back or the customer calls again", async () => {
    const { lead } = await add({ phone: "0501234567" });
    const archive = () => room.ask(room.owner, `/api/leads/${lead.id}`, { method: "DELETE" });
    expect((await archive()).status).toBe(204);
    expect((await list()).items).toEqual([]);
    expect((await list("?archived=true")).items[0]?.archivedAt).not.toBeNull();
    expect((await room.ask(room.owner, `/api/leads/${lead.id}/restore`, { method: "POST" })).status).toBe(204);
    expect((await list()).items).toHaveLength(1);
    await archive();
    await add({ phone: "0501234567" });
    expect((await list()).items).toHaveLength(1);
  });

  test("leaves a trace of who did what, without the contents", async () => {
    const { lead } = await add({ name: "דנה" });
    await room.json(room.owner, `/api/leads/${lead.id}`, { method: "PATCH", body: { name: "סוד", status: "won" } });
    const rows = await room.business.run(({ tx }) => tx.select().from(auditLog));
    expect(rows.map(({ action }) => action).toSorted()).toEqual([
      "customer.rename",
      "customer.rename",
      "lead.add",
      "lead.change",
    ]);
    expect(rows.every(({ userId }) => userId === room.owner.userId)).toBe(true);
    expect(JSON.stringify(rows)).not.toContain("סוד");
  });
});

test("another business's lead is not there, whatever is asked of it", async () => {
  const { lead } = await add({ name: "דנה" });
  const asked: [string, string, object?][] = [
    ["GET", `/api/leads/${lead.id}`],
    ["PATCH", `/api/leads/${lead.id}`, { name: "x" }],
    ["DELETE", `/api/leads/${lead.id}`],
    ["POST", `/api/leads/${lead.id}/restore`],
    ["POST", "/api/leads/change", { ids: [lead.id], change: { status: "won" } }],
    ["GET", "/api/leads/seven"],
  ];
  for (const [method, path, body] of asked)
    expect([path, (await room.ask(room.stranger, path, { method, body })).status]).toEqual([path, 404]);
  expect((await list("?q=דנה", room.stranger)).items).toEqual([]);
  expect((await list()).items[0]).toMatchObject({ id: lead.id, name: "דנה", status: "new" });
});

test("nobody without a login, and nobody without a business", async () => {
  expect((await room.ask(undefined, "/api/leads")).status).toBe(401);
  expect((await room.ask(member(null, "system_admin"), "/api/leads")).status).toBe(403);
});
