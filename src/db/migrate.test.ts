import { afterAll, beforeAll, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { Sql } from "postgres";
import { AppError } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { type DatabaseAddress, withDatabaseName } from "./address.ts";
import { connectPostgres } from "./connect.ts";
import { migrate, migrationsFolder } from "./migrate.ts";
import { type TestDatabase, testDatabase } from "./test-db.ts";

let template: TestDatabase;
let owner: Sql;
let folder: string;
let made = 0;

beforeAll(async () => {
  template = await testDatabase();
  owner = connectPostgres(template.address, { connections: 1 });
  folder = mkdtempSync(join(tmpdir(), "agentlocator-migrations-"));
});
afterAll(async () => {
  for (let number = 1; number <= made; number++)
    await owner.unsafe(`drop database if exists migrated_${number} with (force)`);
  await owner.end();
  await template.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** An empty database. */
async function empty(): Promise<DatabaseAddress> {
  const name = `migrated_${++made}`;
  await owner.unsafe(`create database ${name}`);
  return withDatabaseName(template.address, name);
}

/** Our migrations and one more. */
function withOneMore(name: string, statements: string, when = Date.now()): string {
  const path = join(folder, name);
  cpSync(migrationsFolder, path, { recursive: true });
  const file = join(path, "meta/_journal.json");
  const journal = JSON.parse(readFileSync(file, "utf8"));
  journal.entries.push({ idx: journal.entries.length, version: "7", when, tag: "9999_more", breakpoints: true });
  writeFileSync(file, JSON.stringify(journal));
  writeFileSync(join(path, "9999_more.sql"), statements);
  return path;
}

async function schemaOf(address: DatabaseAddress): Promise<string[]> {
  const sql = connectPostgres(address, { connections: 1 });
  const columns = await sql<{ line: string }[]>`
    select table_name || '.' || column_name || ' ' || data_type as line from information_schema.columns
    where table_schema = 'public' order by 1`;
  await sql.end();
  return columns.map(({ line }) => line);
}

test("two processes that migrate at once both succeed, and a third changes nothing", async () => {
  const address = await empty();
  await Promise.all([migrate(address), migrate(address)]);
  const before = await schemaOf(address);
  await migrate(address);
  expect(await schemaOf(address)).toEqual(before);
  expect(before.length).toBeGreaterThan(50);
});

test("a migration that fails in the middle leaves the schema as it was", async () => {
  const address = await empty();
  await migrate(address);
  const before = await schemaOf(address);
  const bad = withOneMore("bad", "create table half (id int);\n--> statement-breakpoint\nselect 1/0;");
  expect(
    await migrate(address, bad).then(
      () => "done",
      () => "failed",
    ),
  ).toBe("failed");
  expect(await schemaOf(address)).toEqual(before);
  await migrate(address);
});

test("a migration killed in the middle leaves the schema as it was, and the next start finishes it", async () => {
  const address = await empty();
  await migrate(address);
  const before = await schemaOf(address);
  const slow = withOneMore("slow", "create table later (id int);\n--> statement-breakpoint\nselect pg_sleep(30);");
  const program = `import { migrate } from ${JSON.stringify(join(import.meta.dir, "migrate.ts"))};
    await migrate(${JSON.stringify(address)}, ${JSON.stringify(slow)});`;
  const child = Bun.spawn([process.execPath, "-e", program], { stdio: ["ignore", "ignore", "ignore"] });
  await untilSleeping();
  child.kill("SIGKILL");
  await child.exited;
  expect(await schemaOf(address)).toEqual(before);
  await owner`select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(30)%' and pid <> pg_backend_pid()`;
  const quick = withOneMore("quick", "create table later (id int);\n--> statement-breakpoint\nselect 1;");
  await migrate(address, quick);
  expect(await schemaOf(address)).toContain("later.id integer");
}, 30_000);

async function untilSleeping(): Promise<void> {
  for (;;) {
    const [row] =
      await owner`select count(*)::int as n from pg_stat_activity where query like '%pg_sleep(30)%' and state = 'active' and pid <> pg_backend_pid()`;
    if (row?.n > 0) return;
  }
}

// The migrator compares with the newest entry only: a merge that brought an older one left it out without a word.
test("a migration dated before the newest one is not skipped in silence", async () => {
  const address = await empty();
  await migrate(address);
  const old = withOneMore("old", "create table never (id int);", 1_000);
  const error = await migrate(address, old).then(
    () => null,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(AppError);
  expect(error.message).toContain("a migration was skipped");
});

test("a database of a newer version is refused", async () => {
  const address = await empty();
  await migrate(address, withOneMore("newer", "create table tomorrow (id int);"));
  const error = await migrate(address).then(
    () => null,
    (thrown) => thrown,
  );
  expect(error.message).toContain("the database belongs to a newer version");
});

test("the schema in the code is the schema in the migrations", () => {
  const path = join(folder, "generated");
  cpSync(migrationsFolder, path, { recursive: true });
  const root = join(import.meta.dir, "../..");
  const run = Bun.spawnSync(
    [
      process.execPath,
      "node_modules/drizzle-kit/bin.cjs",
      "generate",
      "--dialect=postgresql",
      "--schema=./src/db/schema/*.ts",
      `--out=${relative(root, path)}`, // the tool puts "./" before it
    ],
    { cwd: root },
  );
  const said = run.stdout.toString() + run.stderr.toString();
  expect(said).toContain("No schema changes, nothing to migrate");
});

/** Our migrations as they were when `count` of them were there. */
function onlyFirst(count: number): string {
  const path = join(folder, `first-${count}`);
  cpSync(migrationsFolder, path, { recursive: true });
  const file = join(path, "meta/_journal.json");
  const journal = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...journal, entries: journal.entries.slice(0, count) }));
  return path;
}

test("an installation from before lead statuses gets them, and keeps its own, when its database user is no superuser", async () => {
  const plain = `plain_${newId().replaceAll("-", "")}`;
  await owner.unsafe(`create role ${plain} login createrole`);
  await owner.unsafe(`grant app_rt, app_system to ${plain}`); // which the superuser made on this server
  const address = await empty();
  await owner.unsafe(`alter database migrated_${made} owner to ${plain}`);
  if (address.kind !== "socket") throw new Error("test databases listen on a unix socket");
  const asOwner: DatabaseAddress = { ...address, user: plain };
  await migrate(asOwner, onlyFirst(9));
  const superuser = connectPostgres(address, { connections: 1 });
  try {
    const [business, customer, lead] = [newId(), newId(), newId()];
    await superuser`insert into businesses (id, name, timezone) values (${business}, 'x', 'Asia/Jerusalem')`;
    await superuser`insert into customers (id, business_id) values (${customer}, ${business})`;
    await superuser`insert into leads (id, business_id, customer_id, status, source)
      values (${lead}, ${business}, ${customer}, 'בהמתנה', 'call')`;
    await migrate(asOwner);
    const keys = await superuser`select key from lead_statuses where business_id = ${business} order by position`;
    expect(keys.map(({ key }) => key)).toEqual(["new", "contacted", "in_progress", "meeting", "won", "lost", "בהמתנה"]);
    expect(await superuser`select feed_version from calendar_rules where business_id = ${business}`).toHaveLength(1);
    const loose = await superuser`select relname from pg_class where relnamespace = 'public'::regnamespace
      and relname in ('businesses', 'leads', 'calendar_rules', 'lead_statuses') and not (relrowsecurity and relforcerowsecurity)`;
    expect([...loose]).toEqual([]);
  } finally {
    await superuser.end();
  }
});
