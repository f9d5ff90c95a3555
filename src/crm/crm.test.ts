import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { type CustomerId, newId } from "../base/ids.ts";
import { testBusiness } from "../calendar/testing/test-business.ts";
import { customers } from "../db/schema/customer.ts";
import { leads } from "../db/schema/lead.ts";
import { conversations, messages } from "../db/schema/message.ts";
import { notifications } from "../db/schema/notification.ts";
import { tasks } from "../db/schema/task.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { openConversation } from "./conversations/open-conversation.ts";
import { identifyCustomer } from "./customers/identify.ts";
import { mergeCustomers, previewMerge, undoMerge } from "./customers/merge.ts";
import { renameCustomer } from "./customers/rename.ts";
import { changeLeads } from "./leads/change-lead.ts";
import { saveLead } from "./leads/save-lead.ts";
import { addNote } from "./notes/add-note.ts";
import { completeTask } from "./tasks/change-task.ts";
import { createTask } from "./tasks/create-task.ts";
import { timeline } from "./timeline/timeline.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
}, 20_000);
afterAll(() => db.drop());

const phone = (value: string) => ({ kind: "phone" as const, value });

test("an interest that a model saves in every turn is one note", async () => {
  const business = await testBusiness(db, { customers: 1 });
  const customerId = business.customerIds[0]!;
  for (const interest of ["צבע", " צבע ", "תספורת", "צבע"])
    await business.run((ctx) => saveLead(ctx, { customerId, source: "call", interest }));
  const { entries } = await business.run((ctx) => timeline(ctx, customerId));
  expect(entries.map(({ text }) => text).toSorted()).toEqual(["צבע", "תספורת"]);
});

describe("one customer, many identities", () => {
  test("the same number is the same customer and one lead, also when twenty messages come at once", async () => {
    const business = await testBusiness(db, { customers: 1 });
    const all = await Promise.all(
      Array.from({ length: 20 }, () =>
        business.run((ctx) => identifyCustomer(ctx, phone("+972501234567"), "whatsapp")),
      ),
    );
    expect(new Set(all.map((found) => found.customerId)).size).toBe(1);
    expect(all.filter((found) => found.isNew).length).toBe(1);
    const rows = await business.run((ctx) => ctx.tx.select().from(leads));
    expect(rows.length).toBe(1);
  });

  test("who tests the assistant keeps their own name, whatever they call themselves in the call", async () => {
    const business = await testBusiness(db, { customers: 1 });
    const tester = { kind: "staff" as const, value: crypto.randomUUID(), name: "דנה לוי" };
    const { customerId } = await business.run((ctx) => identifyCustomer(ctx, tester, "call"));
    const heard = { kind: "assistant" as const };
    await business.run((ctx) => renameCustomer({ ...ctx, actor: heard }, customerId, "משה"));
    const [row] = await business.run((ctx) => ctx.tx.select().from(customers).where(eq(customers.id, customerId)));
    expect(row?.name).toBe("דנה לוי");
  });

  test("two hidden numbers are two strangers", async () => {
    const business = await testBusiness(db, { customers: 1 });
    const once = () => business.run((ctx) => identifyCustomer(ctx, null, "call"));
    expect((await once()).customerId).not.toBe((await once()).customerId);
  });

  test("the same number at another business is another customer", async () => {
    const [one, other] = [await testBusiness(db, { customers: 1 }), await testBusiness(db, { customers: 1 })];
    const at = (business: typeof one) => business.run((ctx) => identifyCustomer(ctx, phone("+972501234567"), "call"));
    expect((await at(one)).customerId).not.toBe((await at(other)).customerId);
  });
});

test("a lead learns a name and forgets nothing", async () => {
  const business = await testBusiness(db);
  const customerId = business.customerIds[0]!;
  await business.run((ctx) => saveLead(ctx, { customerId, source: "call", name: "דנה כהן", interest: "תספורת" }));
  const lead = await business.run((ctx) => saveLead(ctx, { customerId, source: "whatsapp" }));
  expect(lead).toMatchObject({ name: "דנה כהן", source: "call", status: "new" });
});

test("a lead moves to a status of the business; another business's lead is not found", async () => {
  const [business, other] = [await testBusiness(db), await testBusiness(db)];
  const lead = await business.run((ctx) => saveLead(ctx, { customerId: business.customerIds[0]!, source: "call" }));
  await business.run((ctx) => changeLeads(ctx, [lead.id], { status: "in_progress" }));
  const [row] = await business.run((ctx) => ctx.tx.select().from(leads).where(eq(leads.id, lead.id)));
  expect(row?.status).toBe("in_progress");
  await expect(other.run((ctx) => changeLeads(ctx, [lead.id], { status: "won" }))).rejects.toThrow("no such lead");
  await expect(business.run((ctx) => changeLeads(ctx, [lead.id], { status: "שלי" }))).rejects.toThrow(
    "there are new, contacted",
  );
});

describe("merging two customers", () => {
  const setUp = async () => {
    const business = await testBusiness(db, { customers: 1 });
    const [kept, merged] = await business.run(async (ctx) => [
      await identifyCustomer(ctx, phone("+972501111111"), "call"),
      await identifyCustomer(ctx, { kind: "lid", value: "777@lid" }, "whatsapp"),
    ]);
    await business.run((ctx) => saveLead(ctx, { customerId: merged!.customerId, source: "whatsapp", name: "רון" }));
    await business.run((ctx) => addNote(ctx, { customerId: merged!.customerId, body: "אוהב קפה" }));
    return { business, keptId: kept!.customerId, mergedId: merged!.customerId };
  };
  const state = (business: Awaited<ReturnType<typeof setUp>>["business"], ids: CustomerId[]) =>
    business.run(async (ctx) => {
      const all = await Promise.all(ids.map((id) => timeline(ctx, id)));
      const names = await ctx.tx.select().from(customers).orderBy(customers.id);
      const leadRows = await ctx.tx.select().from(leads).orderBy(leads.id);
      return JSON.stringify({
        timelines: all.map((page) => page.entries),
        names: names.map(({ id, name }) => [id, name]),
        leads: leadRows.map(({ id, customerId, name, status }) => [id, customerId, name, status]),
      });
    });

  test("the preview says what will move and changes nothing", async () => {
    const { business, keptId, mergedId } = await setUp();
    const before = await state(business, [keptId, mergedId]);
    const preview = await business.run((ctx) => previewMerge(ctx, { keptId, mergedId }));
    expect(preview).toMatchObject({ dropsLead: true, moves: { customer_identities: 1, notes: 1, meetings: 0 } });
    expect(await state(business, [keptId, mergedId])).toBe(before);
  });

  test("undoing gives back exactly what was", async () => {
    const { business, keptId, mergedId } = await setUp();
    const before = await state(business, [keptId, mergedId]);
    const mergeId = await business.run((ctx) => mergeCustomers(ctx, { keptId, mergedId, proof: "אמר את המספר" }));
    const found = await business.run((ctx) => identifyCustomer(ctx, { kind: "lid", value: "777@lid" }, "whatsapp"));
    expect(found.customerId).toBe(keptId);
    const [kept] = await business.run((ctx) => ctx.tx.select().from(customers).where(eq(customers.id, keptId)));
    expect(kept!.name).toBe("רון");
    await business.run((ctx) => undoMerge(ctx, mergeId));
    expect(await state(business, [keptId, mergedId])).toBe(before);
    await expect(business.run((ctx) => undoMerge(ctx, mergeId))).rejects.toThrow("undone already");
  });

  test("what was written after the merge follows its identity when it is undone: it stayed, and nobody could be erased", async () => {
    const { business, keptId, mergedId } = await setUp();
    const mergeId = await business.run((ctx) => mergeCustomers(ctx, { keptId, mergedId, proof: "אמר את המספר" }));
    const { identityId } = await business.run((ctx) =>
      identifyCustomer(ctx, { kind: "lid", value: "777@lid" }, "whatsapp"),
    );
    await business.run(async (ctx) => {
      const chat = { customerId: keptId, channel: "whatsapp", identityId } as const;
      const conversationId = await openConversation(ctx, chat);
      const written = { businessId: ctx.businessId, conversationId, customerId: keptId, author: "customer" } as const;
      await ctx.tx.insert(messages).values([
        { ...written, id: newId(), identityId, body: "שלום" },
        { ...written, id: newId(), body: "בלי כתובת" },
      ]);
    });
    await business.run((ctx) => undoMerge(ctx, mergeId));
    const whose = await business.run(async ({ tx, businessId }) => [
      ...(await tx.select().from(conversations).where(eq(conversations.businessId, businessId))),
      ...(await tx.select().from(messages).where(eq(messages.businessId, businessId))),
    ]);
    expect(whose.map(({ customerId }) => customerId)).toEqual([mergedId, mergedId, mergedId]);
    for (const id of [mergedId, keptId])
      await business.run((ctx) => ctx.tx.delete(customers).where(eq(customers.id, id)));
  });

  test("a chat of the kept one that went on under the other's address stays theirs when the merge is undone", async () => {
    const { business, keptId, mergedId } = await setUp();
    const mine = await business.run((ctx) => identifyCustomer(ctx, phone("+972501111111"), "whatsapp"));
    const chat = { customerId: keptId, channel: "whatsapp", identityId: mine.identityId } as const;
    const conversationId = await business.run((ctx) => openConversation(ctx, chat));
    const mergeId = await business.run((ctx) => mergeCustomers(ctx, { keptId, mergedId, proof: "אמר את המספר" }));
    const other = await business.run((ctx) => identifyCustomer(ctx, { kind: "lid", value: "777@lid" }, "whatsapp"));
    await business.run(async ({ tx, businessId }) => {
      const written = { businessId, conversationId, customerId: keptId, author: "customer", body: "שלום" } as const;
      for (const { identityId } of [mine, other])
        await tx.insert(messages).values({ ...written, id: newId(), identityId });
      await tx.update(conversations).set({ identityId: other.identityId }).where(eq(conversations.id, conversationId));
    });
    await business.run((ctx) => undoMerge(ctx, mergeId));
    const rows = await business.run(({ tx }) =>
      tx.select().from(conversations).where(eq(conversations.id, conversationId)),
    );
    expect(rows.map(({ customerId }) => customerId)).toEqual([keptId]);
  });

  test("undoing keeps a name that was written after the merge", async () => {
    const { business, keptId, mergedId } = await setUp();
    const mergeId = await business.run((ctx) => mergeCustomers(ctx, { keptId, mergedId, proof: "אמר את המספר" }));
    await business.run((ctx) => saveLead(ctx, { customerId: keptId, source: "staff", name: "רונית" }));
    await business.run((ctx) => undoMerge(ctx, mergeId));
    const rows = await business.run((ctx) => ctx.tx.select().from(customers).where(eq(customers.id, keptId)));
    expect(rows.map(({ name }) => name)).toEqual(["רונית"]);
  });

  test("a customer of another business cannot be merged in", async () => {
    const [mine, theirs] = [await setUp(), await setUp()];
    const input = { keptId: mine.keptId, mergedId: theirs.mergedId, proof: "" };
    await expect(mine.business.run((ctx) => mergeCustomers(ctx, input))).rejects.toThrow("no such customer");
  });
});

test("a task from one source is made once and rings the bell once", async () => {
  const business = await testBusiness(db);
  const make = () => business.run((ctx) => createTask(ctx, { title: "לחזור לדנה", sourceKey: "call:1" }));
  expect(await make()).not.toBeNull();
  expect(await make()).toBeNull();
  expect((await business.run((ctx) => ctx.tx.select().from(notifications))).length).toBe(1);
});

test("a task is done once: the first time stays", async () => {
  const business = await testBusiness(db);
  const id = (await business.run((ctx) => createTask(ctx, { title: "לחזור לדנה" })))!;
  const [first, later] = ["2026-11-24T08:00:00Z", "2026-11-25T08:00:00Z"].map((text) => Temporal.Instant.from(text));
  await business.run((ctx) => completeTask(ctx, id, first!));
  await business.run((ctx) => completeTask(ctx, id, later!));
  const [row] = await business.run((ctx) => ctx.tx.select().from(tasks));
  expect([row?.status, row?.doneAt?.toString()]).toEqual(["done", first!.toString()]);
});

test("the timeline pages through everything, newest first", async () => {
  const business = await testBusiness(db);
  const customerId = business.customerIds[0]!;
  for (let index = 0; index < 5; index++) await business.run((ctx) => addNote(ctx, { customerId, body: `${index}` }));
  await business.run((ctx) => createTask(ctx, { title: "משימה", customerId }));
  const first = await business.run((ctx) => timeline(ctx, customerId, { limit: 4 }));
  const second = await business.run((ctx) => timeline(ctx, customerId, { limit: 4, before: first.next! }));
  expect([...first.entries, ...second.entries].map((entry) => entry.text)).toEqual(["משימה", "4", "3", "2", "1", "0"]);
  expect(second.next).toBeNull();
});
