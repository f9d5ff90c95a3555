import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import type { CustomerId } from "../base/ids.ts";
import { messages } from "../db/schema/message.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { appendMessage } from "./conversations/append-message.ts";
import { openConversation } from "./conversations/open-conversation.ts";
import { identifyCustomer } from "./customers/identify.ts";
import { type CrmRoom, crmRoom, harmless, nasty } from "./testing/crm-room.ts";

interface Customer {
  name: string | null;
  namedBy: string | null;
  identities: { id: string; kind: string; value: string }[];
  lead: { id: string } | null;
  merges: { id: string; mergedId: string }[];
}
interface Entries {
  items: { kind: string; id: string; text: string; local: string }[];
  next: string | null;
}

let db: TestDatabase;
let room: CrmRoom;
let id: CustomerId;
beforeAll(async () => {
  db = await testDatabase();
}, 20_000);
beforeEach(async () => {
  room = await crmRoom(db);
  id = await known("+972501234567");
});
afterAll(() => db.drop());

const known = async (value: string, where = room.business) =>
  (await where.run((ctx) => identifyCustomer(ctx, { kind: "phone", value }, "call"))).customerId;
const read = async (customer: string = id) =>
  (await room.json<Customer>(room.owner, `/api/customers/${customer}`)).body;
const post = <T = { id: string }>(path: string, body?: object, who = room.owner) =>
  room.json<T>(who, `/api/customers/${path}`, { method: "POST", body });

test("is read with identities and lead; a name that staff write is theirs", async () => {
  expect(await read()).toMatchObject({
    name: null,
    identities: [{ kind: "phone", value: "+972501234567" }],
    merges: [],
  });
  expect((await read()).lead).not.toBeNull();
  const renamed = await room.json<Customer>(room.owner, `/api/customers/${id}`, {
    method: "PATCH",
    body: { name: " דנה " },
  });
  expect(renamed.body).toMatchObject({ name: "דנה", namedBy: "staff", lead: { name: "דנה" } });
});

describe("identities", () => {
  test("are added once, and refused when they are somebody else's", async () => {
    const lid = { kind: "lid", value: "777@lid" };
    const first = await post(`${id}/identities`, lid);
    expect(first.status).toBe(201);
    expect((await post(`${id}/identities`, lid)).body.id).toBe(first.body.id);
    const other = await known("+972509999999");
    expect((await post(`${other}/identities`, lid)).status).toBe(409);
    expect((await post(`${other}/identities`, { kind: "phone", value: "050 123 45 67" })).status).toBe(409);
  });

  test("are forgotten with a conversation on them, whose words stay", async () => {
    const identityId = (await read()).identities[0]!.id;
    await room.business.run(async (ctx) => {
      const conversationId = await openConversation(ctx, { customerId: id, channel: "whatsapp", identityId });
      const at = Temporal.Now.instant();
      await appendMessage(ctx, { conversationId, customerId: id, author: "customer", body: "שלום", at });
      await ctx.tx.update(messages).set({ identityId });
    });
    const forget = () => room.ask(room.owner, `/api/customers/${id}/identities/${identityId}`, { method: "DELETE" });
    expect((await forget()).status).toBe(204);
    expect((await forget()).status).toBe(404);
    expect((await read()).identities).toEqual([]);
    const { body } = await room.json<Entries>(room.owner, `/api/customers/${id}/timeline`);
    expect(body.items.map(({ text }) => text)).toEqual(["שלום"]);
  });

  test.each([
    ["a number that is none", { kind: "phone", value: "12" }],
    ["a kind that is none", { kind: "email", value: "a@b.c" }],
    ["an empty one", { kind: "lid", value: " " }],
    ["NUL", { kind: "lid", value: "7\u0000" }],
  ])("%s is refused", async (_what, body) => {
    expect((await post(`${id}/identities`, body)).status).toBe(422);
  });
});

describe("notes", () => {
  test.each(Object.entries(harmless))("%s is kept letter for letter", async (_what, body) => {
    await post(`${id}/notes`, { body });
    const page = await room.json<Entries>(room.owner, `/api/customers/${id}/timeline`);
    expect(page.body.items[0]).toMatchObject({ kind: "note", text: body });
  });

  test.each(Object.entries({ ...nasty, "300 letters": "א".repeat(4_001) }))("%s is refused", async (_what, body) => {
    expect((await post(`${id}/notes`, { body })).status).toBe(422);
  });

  test("are rewritten and removed, of this customer only", async () => {
    const note = (await post(`${id}/notes`, { body: "אוהבת קפה" })).body.id;
    const other = await known("+972509999999");
    const path = (customer: string) => `/api/customers/${customer}/notes/${note}`;
    const rewrite = { method: "PATCH", body: { body: "אוהבת תה" } };
    expect((await room.ask(room.owner, path(other), rewrite)).status).toBe(404);
    expect((await room.ask(room.owner, path(id), rewrite)).status).toBe(204);
    const after = await room.json<Entries>(room.owner, `/api/customers/${id}/timeline`);
    expect(after.body.items.map(({ text }) => text)).toEqual(["אוהבת תה"]);
    expect((await room.ask(room.owner, path(id), { method: "DELETE" })).status).toBe(204);
    expect((await room.ask(room.owner, path(id), { method: "DELETE" })).status).toBe(404);
  });
});

test("the timeline pages through everything, newest first, each once", async () => {
  for (let index = 0; index < 5; index++) await post(`${id}/notes`, { body: `${index}` });
  const page = async (query: string) =>
    (await room.json<Entries>(room.owner, `/api/customers/${id}/timeline${query}`)).body;
  const first = await page("?limit=3");
  const second = await page(`?limit=3&cursor=${first.next}`);
  expect([...first.items, ...second.items].map(({ text }) => text)).toEqual(["4", "3", "2", "1", "0"]);
  expect(first.items[0]?.local).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/);
});

describe("two customers who are one person", () => {
  test("are shown, merged on proof, and parted again", async () => {
    const other = await known("+972509999999");
    await post(`${other}/notes`, { body: "אוהב קפה" });
    const preview = await room.json(room.owner, `/api/customers/${id}/merge/${other}`);
    expect(preview.body).toMatchObject({
      dropsLead: true,
      movesLead: false,
      moves: { customer_identities: 1, notes: 1 },
    });
    expect((await post(`${id}/merge`, { mergedId: other, proof: " " })).status).toBe(422);
    const { body } = await post<{ mergeId: string }>(`${id}/merge`, { mergedId: other, proof: "אמר את המספר" });
    expect((await read()).identities).toHaveLength(2);
    expect((await read()).merges.map(({ mergedId }) => mergedId)).toEqual([other]);
    expect((await room.ask(room.owner, `/api/customers/${other}`)).status).toBe(404);
    expect((await post(`${other}/merges/${body.mergeId}/undo`)).status).toBe(404);
    expect((await post(`${id}/merges/${body.mergeId}/undo`)).status).toBe(204);
    expect((await read(other)).identities).toHaveLength(1);
    expect((await post(`${id}/merges/${body.mergeId}/undo`)).status).toBe(404);
  });

  test("one cannot be merged with itself", async () => {
    expect((await post(`${id}/merge`, { mergedId: id, proof: "x" })).status).toBe(422);
  });

  test("merged both ways at once, one merge wins and the other says that they are gone", async () => {
    const other = await known("+972509999999");
    const both = await Promise.all([
      post(`${id}/merge`, { mergedId: other, proof: "x" }),
      post(`${other}/merge`, { mergedId: id, proof: "x" }),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 404]);
  });
});

test("another business's customer is not there, whatever is asked", async () => {
  const theirs = await known("+972501112222", room.other);
  const identityId = (await read()).identities[0]!.id;
  const note = (await post(`${id}/notes`, { body: "סוד" })).body.id;
  const asked: [string, string, object?][] = [
    ["GET", id],
    ["PATCH", id, { name: "x" }],
    ["GET", `${id}/timeline`],
    ["POST", `${id}/notes`, { body: "x" }],
    ["PATCH", `${id}/notes/${note}`, { body: "x" }],
    ["DELETE", `${id}/notes/${note}`],
    ["POST", `${id}/identities`, { kind: "lid", value: "1@lid" }],
    ["DELETE", `${id}/identities/${identityId}`],
    ["GET", `${theirs}/merge/${id}`],
    ["POST", `${theirs}/merge`, { mergedId: id, proof: "x" }],
    ["POST", `${id}/merge`, { mergedId: theirs, proof: "x" }],
    ["POST", `${id}/merges/${note}/undo`],
  ];
  for (const [method, path, body] of asked) {
    const answer = await room.ask(room.stranger, `/api/customers/${path}`, { method, body });
    expect([path, answer.status]).toEqual([path, 404]);
    expect(await answer.text()).not.toContain("סוד");
  }
});
