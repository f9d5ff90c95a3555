import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { systemClock } from "../base/clock.ts";
import type { BusinessId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import { type Database, openDatabase } from "../db/client.ts";
import { businesses } from "../db/schema/business.ts";
import { withSystem, withTenant } from "../db/tenant.ts";
import { type TestDatabase, testDatabase } from "../db/test-db.ts";
import { type BrokenLink, brokenLink } from "../db/testing/broken-link.ts";
import { addBusiness } from "./business.ts";
import type { Ctx } from "./ctx.ts";
import { createDirectory, type Directory } from "./directory.ts";
import { addNumber } from "./numbers.ts";
import { saveSettings } from "./settings.ts";

let writer: TestDatabase; // another process, as far as the directory can tell
let link: BrokenLink;
let db: Database;
let directory: Directory;
let id: BusinessId;
let phone: Phone;
let businessesMade = 0;

beforeAll(async () => {
  writer = await testDatabase();
});
afterAll(() => writer.drop());
// Each test changes its business in its own way, and they run in any order.
beforeEach(async () => {
  phone = `+9723111${String(++businessesMade).padStart(4, "0")}` as Phone;
  id = await addBusiness(writer, { name: "מספרה", phone, greeting: "שלום" });
  link = await brokenLink(writer.address);
  db = openDatabase({ address: link.address, log: silentLog, connections: 2 });
});
afterEach(async () => {
  await directory.close();
  link.set("up");
  await db.close();
  link.close();
});

const open = (): Directory => {
  directory = createDirectory({ db, clock: systemClock, log: silentLog, random: () => 0.5 });
  return directory;
};
const as = <T>(run: (ctx: Ctx) => Promise<T>): Promise<T> =>
  withTenant(writer, id, (tx) => run({ businessId: id, actor: { kind: "system" }, tx }));
const until = async (done: () => boolean): Promise<void> => {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
};

test("before the first load nobody's number is told apart from somebody's, afterwards it is", async () => {
  open();
  expect(directory.find(phone)).toBe("loading");
  expect((await directory.resolve(phone))?.id).toBe(id);
  expect(directory.find(phone)).toMatchObject({
    id,
    name: "מספרה",
    callGreeting: "שלום",
    phones: [phone],
    languages: ["he", "en"],
  });
  expect(directory.find("+97239999999" as Phone)).toBeNull();
  expect(await directory.resolve("+97239999999" as Phone)).toBeNull();
  expect(directory.get(id)?.timezone).toBe("Asia/Jerusalem");
});

test("what another process saves is in force a moment later, without a poll", async () => {
  open();
  await directory.resolve(phone);
  await as((ctx) => saveSettings(ctx, { voice: "cedar" }));
  await until(() => directory.get(id)?.voice === "cedar");
  const second = "+97232222222" as Phone;
  await as((ctx) => addNumber(ctx, second));
  await until(() => {
    const found = directory.find(second);
    return found !== null && found !== "loading" && found.id === id;
  });
});

test("a profile that a call holds does not change under it", async () => {
  open();
  const held = await directory.resolve(phone);
  const voice = held?.voice;
  await as((ctx) => saveSettings(ctx, { voice: "verse" }));
  await until(() => directory.get(id)?.voice === "verse");
  expect(held?.voice).toBe(voice as string);
});

test("refresh returns with everything that was committed before it", async () => {
  open();
  await directory.resolve(phone);
  for (const voice of ["ash", "coral", "sage", "echo"]) {
    await as((ctx) => saveSettings(ctx, { voice }));
    await directory.refresh();
    expect(directory.get(id)?.voice).toBe(voice);
  }
});

test("a suspended business is nobody's number", async () => {
  open();
  await directory.resolve(phone);
  const suspend = (status: "active" | "suspended") =>
    withSystem(writer, (tx) => tx.update(businesses).set({ status }).where(eq(businesses.id, id)));
  await suspend("suspended");
  await until(() => directory.find(phone) === null);
  await suspend("active");
  await until(() => directory.find(phone) !== null);
});

test("started while the database is away it answers once that is back", async () => {
  link.set("refusing");
  open();
  const answer = directory.resolve(phone);
  await Bun.sleep(0);
  expect(directory.find(phone)).toBe("loading");
  link.set("up");
  expect((await answer)?.id).toBe(id);
}, 15_000);

test("an outage leaves the last known in force, and what changed meanwhile is seen after it", async () => {
  open();
  await directory.resolve(phone);
  link.set("refusing");
  await as((ctx) => saveSettings(ctx, { voice: "ballad" }));
  await directory.refresh();
  expect(directory.find(phone)).toMatchObject({ id });
  link.set("up");
  await until(() => directory.get(id)?.voice === "ballad");
}, 15_000);
