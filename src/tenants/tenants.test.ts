import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { AppError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import { type Phone, parsePhone } from "../base/phone.ts";
import { businesses, businessSettings } from "../db/schema/business.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { addBusiness, changeBusiness, listBusinesses } from "./business.ts";
import type { Ctx } from "./ctx.ts";
import { addNumber, businessOfNumber, listNumbers, removeNumber } from "./numbers.ts";
import { getSettings, type SettingsChange, saveSettings } from "./settings.ts";

let db: TestDatabase;
let lastPhone = 0;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

const newPhone = (): Phone => `+97230000${String(++lastPhone).padStart(3, "0")}` as Phone;
const as = <T>(businessId: BusinessId, run: (ctx: Ctx) => Promise<T>): Promise<T> =>
  withTenant(db, businessId, (tx) => run({ businessId, actor: { kind: "system" }, tx }));
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "fine",
    (error) => (error instanceof AppError ? error.code : error),
  );

test("a business comes with its number and settings", async () => {
  const phone = newPhone();
  const id = await addBusiness(db, { name: " מספרת דנה ", phone, greeting: "שלום", prompt: "תספורת 80 שקלים" });
  const [found] = (await listBusinesses(db)).filter((business) => business.id === id);
  expect(found).toEqual({ id, name: "מספרת דנה", timezone: "Asia/Jerusalem", status: "active", phones: [phone] });
  expect(await as(id, getSettings)).toMatchObject({
    assistantName: "נועה",
    callGreeting: "שלום",
    callPrompt: "תספורת 80 שקלים",
    recordCalls: true,
    recordingDays: 2,
    transferPhone: null,
  });
  expect(await businessOfNumber(db, phone)).toBe(id);
});

test("a business whose number is taken is not made at all", async () => {
  const phone = newPhone();
  await addBusiness(db, { name: "first", phone });
  const before = await listBusinesses(db);
  expect(await codeOf(addBusiness(db, { name: "second", phone }))).toBe("taken");
  expect(await listBusinesses(db)).toEqual(before);
  expect(await withSystem(db, (tx) => tx.$count(businessSettings))).toBe(
    await withSystem(db, (tx) => tx.$count(businesses)),
  );
});

const refused: [string, { name: string; timezone?: string }][] = [
  ["an empty name", { name: "  " }],
  ["a name of 201 characters", { name: "x".repeat(201) }],
  ["a time zone that is none", { name: "x", timezone: "Mars/Olympus" }],
  ["an empty time zone", { name: "x", timezone: "" }],
];
for (const [what, input] of refused)
  test(`${what} is refused`, async () => {
    expect(await codeOf(addBusiness(db, { ...input, phone: newPhone() }))).toBe("invalid");
  });

test("a name is changed for its own business only", async () => {
  const mine = await addBusiness(db, { name: "mine", phone: newPhone() });
  const theirs = await addBusiness(db, { name: "theirs", phone: newPhone() });
  await as(mine, (ctx) => changeBusiness(ctx, { name: "renamed" }, async () => {}));
  const theft = as(mine, (ctx) => changeBusiness({ ...ctx, businessId: theirs }, { name: "stolen" }, async () => {}));
  expect(await codeOf(theft)).toBe("not_found");
  const names = (await listBusinesses(db)).filter(({ id }) => id === mine || id === theirs).map(({ name }) => name);
  expect(names.sort()).toEqual(["renamed", "theirs"]);
});

test("numbers are added once, listed in order and removed", async () => {
  const [first, second] = [newPhone(), newPhone()];
  const id = await addBusiness(db, { name: "n", phone: first });
  await as(id, (ctx) => addNumber(ctx, second));
  await as(id, (ctx) => addNumber(ctx, second));
  expect(await as(id, listNumbers)).toEqual([first, second]);
  await as(id, (ctx) => removeNumber(ctx, first));
  expect(await as(id, listNumbers)).toEqual([second]);
  expect(await codeOf(as(id, (ctx) => removeNumber(ctx, first)))).toBe("not_found");
  expect(await businessOfNumber(db, first)).toBeNull();
});

test("another business's number can be neither added nor removed", async () => {
  const phone = newPhone();
  const owner = await addBusiness(db, { name: "owner", phone });
  const other = await addBusiness(db, { name: "other", phone: newPhone() });
  expect(await codeOf(as(other, (ctx) => addNumber(ctx, phone)))).toBe("taken");
  expect(await codeOf(as(other, (ctx) => removeNumber(ctx, phone)))).toBe("not_found");
  expect(await businessOfNumber(db, phone)).toBe(owner);
});

test("only the settings that are given change", async () => {
  const id = await addBusiness(db, { name: "s", phone: newPhone(), greeting: "שלום" });
  const before = await as(id, getSettings);
  await as(id, (ctx) => saveSettings(ctx, { voice: "cedar", transferPhone: "052-1234567", recordingDays: 0 }));
  expect(await as(id, getSettings)).toEqual({
    ...before,
    voice: "cedar",
    transferPhone: parsePhone("052-1234567"),
    recordingDays: 0,
  });
  await as(id, (ctx) => saveSettings(ctx, { callGreeting: "  ", transferPhone: null }));
  expect(await as(id, getSettings)).toMatchObject({ callGreeting: null, transferPhone: null });
});

test("a business is not made with a greeting or a prompt that can never be filled", async () => {
  for (const text of [{ greeting: "שלום {{nickname}}" }, { prompt: "היי {{address}}" }])
    expect(await codeOf(addBusiness(db, { name: "s", phone: newPhone(), ...text }))).toBe("invalid");
});

const bad: [string, object][] = [
  ["assistantName", { assistantName: " " }],
  ["callGreeting", { callGreeting: "x".repeat(1_001) }],
  ["nickname", { callGreeting: "שלום {{nickname}}" }],
  ["today", { whatsappGreeting: "{{today}}, שלום" }],
  ["recordingDays", { recordingDays: -1 }],
  ["recordingDays", { recordingDays: 1.5 }],
  ["transferPhone", { transferPhone: "*2700" }],
  ["keywords", { keywords: Array.from({ length: 101 }, () => "x") }],
  ["unrecognized_keys", { callPrompt: "not here" }],
];
for (const [field, change] of bad)
  test(`settings that are out of bounds are refused by name: ${JSON.stringify(change).slice(0, 40)}`, async () => {
    const id = await addBusiness(db, { name: "s", phone: newPhone() });
    const before = await as(id, getSettings);
    const error = await as(id, (ctx) => saveSettings(ctx, change as SettingsChange)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(AppError);
    expect(error.message).toContain(field);
    expect(await as(id, getSettings)).toEqual(before);
  });

test("a business that is deleted takes everything of its own along", async () => {
  const phone = newPhone();
  const id = await addBusiness(db, { name: "gone", phone });
  await withSystem(db, (tx) => tx.delete(businesses).where(eq(businesses.id, id)));
  expect(await businessOfNumber(db, phone)).toBeNull();
  expect(await codeOf(as(id, getSettings))).toBe("not_found");
});
