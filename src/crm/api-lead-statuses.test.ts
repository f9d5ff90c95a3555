import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { member } from "../api/testing/door.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { type CrmRoom, crmRoom } from "./testing/crm-room.ts";

interface Status {
  key: string;
  label: string;
  hue: number;
  closed: boolean;
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

const list = async (who = room.owner) => (await room.json<{ items: Status[] }>(who, "/api/lead-statuses")).body.items;
const add = (body: object) => room.json<Status>(room.owner, "/api/lead-statuses", { body });
const ask = (method: string, path: string, body?: object, who = room.owner) =>
  room.ask(who, `/api/lead-statuses/${path}`, { method, ...(body ? { body } : {}) });

test("a status is added with a key of its own making, changed, put first, and removed", async () => {
  const { status, body } = await add({ label: "ממתין לתשובה", hue: 90 });
  expect(status).toBe(201);
  expect((await list()).at(-1)).toEqual(body);
  expect((await ask("PATCH", body.key, { label: "ממתין", closed: true })).status).toBe(200);
  const keys = (await list()).map(({ key }) => key);
  expect((await ask("PUT", "order", { keys: keys.toReversed() })).status).toBe(200);
  expect((await list())[0]).toMatchObject({ label: "ממתין", closed: true, hue: 90 });
  const lead = await room.json<{ lead: { id: string } }>(room.owner, "/api/leads", {
    body: { name: "דנה", status: body.key },
  });
  expect(await (await ask("DELETE", `${body.key}?moveTo=lost`)).json()).toEqual({ leadsMoved: 1 });
  const moved = await room.json<{ status: string }>(room.owner, `/api/leads/${lead.body.lead.id}`);
  expect(moved.body.status).toBe("lost");
});

test.each([
  ["an order that forgets one", "PUT", "order", { keys: ["new"] }, 422],
  [
    "an order that names one twice",
    "PUT",
    "order",
    { keys: ["new", "new", "won", "lost", "meeting", "contacted"] },
    422,
  ],
  ["a hue off the wheel", "PATCH", "new", { hue: 360 }, 422],
  ["a label of 300 letters", "PATCH", "new", { label: "א".repeat(300) }, 422],
  ["NUL in a label", "PATCH", "new", { label: "א\u0000" }, 422],
  ["nothing to change", "PATCH", "new", {}, 422],
  ["an unknown status", "PATCH", "nowhere", { hue: 1 }, 404],
  ["NUL as a key", "PATCH", "%00", { hue: 1 }, 404],
  ["taking the first away", "DELETE", "new?moveTo=won", undefined, 422],
  ["moving to itself", "DELETE", "won?moveTo=won", undefined, 422],
  ["moving to what is not there", "DELETE", "won?moveTo=nowhere", undefined, 422],
  ["nowhere to move", "DELETE", "won", undefined, 422],
])("%s is refused", async (_what, method, path, body, status) => {
  const before = await list();
  expect((await ask(method, path, body)).status).toBe(status);
  expect(await list()).toEqual(before);
});

test("a key that is there is taken; the forty-first status is one too many", async () => {
  expect((await add({ key: "won", label: "א" })).status).toBe(409);
  for (let index = 6; index < 40; index++) expect((await add({ label: `${index}` })).status).toBe(201);
  expect((await add({ label: "41" })).status).toBe(422);
});

test("an agent sees the statuses and leaves them alone; another business has its own", async () => {
  const agent = member(room.business.businessId, "agent");
  expect(await list(agent)).toHaveLength(6);
  expect((await ask("PATCH", "won", { hue: 1 }, agent)).status).toBe(403);
  await ask("PATCH", "won", { label: "שלנו" });
  expect((await list(room.stranger)).map(({ label }) => label)).not.toContain("שלנו");
});
