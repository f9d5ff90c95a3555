import { afterEach, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../base/errors.ts";
import { silentLog } from "../base/log.ts";
import type { Phone } from "../base/phone.ts";
import { addBusiness, listBusinesses } from "../tenants/business.ts";
import { type House, openHouse, visitHouse } from "./house.ts";
import { storageTaken, tryStorageLock } from "./storage-lock.ts";

const folders: string[] = [];
const houses: House[] = [];
const children: Bun.Subprocess[] = [];

const storage = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "agentlocator-house-"));
  folders.push(folder);
  return folder;
};
const settings = (storageDir: string) => ({ storageDir, databaseUrl: null, log: silentLog });
const open = async (storageDir: string, how = openHouse): Promise<House> => {
  const house = await how(settings(storageDir));
  houses.push(house);
  return house;
};
const phone = (last: number) => `+97231234${String(last).padStart(3, "0")}` as Phone;

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const house of houses.splice(0)) await house.close().catch(() => {});
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The product in a process of its own: opens the house, says so, and stays. */
function product(storageDir: string): Bun.Subprocess<"ignore", "pipe", "pipe"> {
  const program = `
    import { openHouse } from ${JSON.stringify(join(import.meta.dir, "house.ts"))};
    import { silentLog } from ${JSON.stringify(join(import.meta.dir, "../base/log.ts"))};
    try {
      const house = await openHouse({ storageDir: ${JSON.stringify(storageDir)}, databaseUrl: null, log: silentLog });
      process.on("SIGTERM", () => void house.close().then(() => process.exit(0)));
      process.stdout.write("open\\n");
      setInterval(() => {}, 1000);
    } catch (error) {
      process.stderr.write(error.message + "\\n");
      process.exit(1);
    }`;
  const child = Bun.spawn([process.execPath, "-e", program], { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  return child;
}

async function said(child: Bun.Subprocess<"ignore", "pipe", "pipe">): Promise<string> {
  for await (const bytes of child.stdout) return new TextDecoder().decode(bytes).trim();
  return "";
}

test("a second product on the same folder refuses with one clear line, at once", async () => {
  const folder = storage();
  const first = product(folder);
  expect(await said(first)).toBe("open");
  const startedMs = performance.now();
  const second = product(folder);
  expect(await second.exited).toBe(1);
  expect(performance.now() - startedMs).toBeLessThan(5_000);
  const line = await new Response(second.stderr).text();
  expect(line.trim().split("\n")).toHaveLength(1);
  expect(line).toContain(`AgentLocator is already running on ${folder} (process ${first.pid})`);
}, 30_000);

test("kill -9 of the product leaves no lock behind: the next start adopts its database", async () => {
  const folder = storage();
  const first = product(folder);
  expect(await said(first)).toBe("open");
  first.kill("SIGKILL");
  await first.exited;
  const house = await open(folder);
  await addBusiness(house.db, { name: "a", phone: phone(1) });
  expect(await listBusinesses(house.db)).toHaveLength(1);
}, 30_000);

test("a command works beside the running product, and by itself when that is not running", async () => {
  const folder = storage();
  const running = product(folder);
  expect(await said(running)).toBe("open");
  const beside = await open(folder, visitHouse);
  await addBusiness(beside.db, { name: "a", phone: phone(1) });
  await beside.close();
  running.kill("SIGTERM");
  expect(await running.exited).toBe(0);
  const alone = await open(folder, visitHouse);
  expect((await listBusinesses(alone.db)).map((business) => business.name)).toEqual(["a"]);
}, 30_000);

test("commands at the same time, with no product running, all succeed", async () => {
  const folder = storage();
  const add = async (last: number): Promise<void> => {
    const house = await visitHouse(settings(folder));
    await addBusiness(house.db, { name: String(last), phone: phone(last) });
    await house.close();
  };
  await Promise.all([1, 2, 3].map(add));
  const house = await open(folder);
  expect(await listBusinesses(house.db)).toHaveLength(3);
}, 60_000);

test("the folder's lock knows its holder and goes with it", () => {
  const folder = storage();
  const first = tryStorageLock(folder, "server");
  expect(first.kind).toBe("held");
  expect(tryStorageLock(folder, "command")).toEqual({ kind: "taken", by: "server", pid: process.pid });
  if (first.kind === "held") first.lock.release();
  const second = tryStorageLock(folder, "command");
  expect(second.kind).toBe("held");
  expect(readFileSync(join(folder, "owner"), "utf8")).toBe(`command ${process.pid}\n`);
  if (second.kind === "held") second.lock.release();
});

test("what a refused start says names the folder, the process and the way out", () => {
  expect(storageTaken("/srv/x", "server", 12)).toBeInstanceOf(AppError);
  expect(storageTaken("/srv/x", "server", 12).message).toBe(
    "AgentLocator is already running on /srv/x (process 12); stop it first, or set STORAGE_DIR to another folder",
  );
});

test("a DATABASE_URL that leads nowhere is one clear error", async () => {
  const nowhere = { ...settings(storage()), databaseUrl: "postgres://user:secret@127.0.0.1:1/none" };
  const error = await openHouse(nowhere).then(
    () => null,
    (thrown: AppError) => thrown,
  );
  expect(error?.code).toBe("unavailable");
  expect(error?.message).toContain("the database cannot be used");
  expect(error?.message).not.toContain("secret");
}, 15_000);
