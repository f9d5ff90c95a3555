import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Sql } from "postgres";
import { newId } from "../base/ids.ts";
import { connectPostgres } from "./connect.ts";
import { secureTables } from "./row-security.ts";
import { type TestDatabase, testDatabase } from "./test-db.ts";

// Everything here is read from the catalogue: a table that somebody adds tomorrow is covered without being named.
let db: TestDatabase;
let owner: Sql;
let tables: string[];
const mine = newId();
const theirs = newId();

const tenantColumn = (table: string): string => (table === "businesses" ? "id" : "business_id");

beforeAll(async () => {
  db = await testDatabase();
  owner = connectPostgres(db.address, { connections: 1 });
  tables = (
    await owner<{ name: string }[]>`
      select distinct c.relname as name from pg_class c left join pg_attribute a on a.attrelid = c.oid and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and (a.attname = 'business_id' or c.relname = 'businesses') order by 1`
  ).map(({ name }) => name);
  await dropConstraints();
  for (const table of tables) for (const business of [mine, theirs]) await insertAnyRow(owner, table, business);
});

afterAll(async () => {
  await owner.end();
  await db.drop();
});

/** Rows are made up from column types alone, so what binds them to each other has to go; security stays. */
async function dropConstraints(): Promise<void> {
  const constraints = await owner<{ table: string; name: string }[]>`
    select conrelid::regclass::text as table, conname as name from pg_constraint
    where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'x')`;
  for (const { table, name } of constraints) await owner.unsafe(`alter table ${table} drop constraint "${name}"`);
}

const anyValue: Record<string, string> = {
  uuid: "gen_random_uuid()",
  text: "gen_random_uuid()::text",
  integer: "1",
  bigint: "1",
  smallint: "1",
  "double precision": "1",
  boolean: "true",
  jsonb: "'{}'::jsonb",
  bytea: "'\\x00'::bytea",
  date: "current_date",
  "time without time zone": "'10:00'::time",
  "timestamp with time zone": "now()",
  "text[]": "'{}'::text[]",
};

async function insertAnyRow(sql: Sql, table: string, business: string): Promise<void> {
  const columns = await owner<{ name: string; type: string }[]>`
    select attname as name, format_type(atttypid, null) as type from pg_attribute
    where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and attidentity = ''
      and (attname = ${tenantColumn(table)} or (attnotnull and not atthasdef))`;
  const values = columns.map(({ name, type }) => {
    if (name === tenantColumn(table)) return `'${business}'::uuid`;
    const value = anyValue[type];
    if (!value) throw new Error(`add a value of type ${type} (${table}.${name}) to this test`);
    return value;
  });
  const names = columns.map(({ name }) => `"${name}"`);
  await sql.unsafe(`insert into ${table} (${names.join(", ")}) values (${values.join(", ")})`);
}

/** As the application's role, with or without a tenant; rolled back. */
function asTenant<T>(business: string | null, run: (sql: Sql) => Promise<T>): Promise<T> {
  const undo = new Error("undo");
  let result: T;
  return db.sql
    .begin(async (sql) => {
      if (business) await sql`select set_config('app.business_id', ${business}, true)`;
      result = await run(sql as unknown as Sql);
      throw undo;
    })
    .catch((error) => {
      if (error !== undo) throw error;
      return result;
    });
}

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "accepted",
    (error) => (error as { code?: unknown }).code,
  );

test("there are tables to protect", () => {
  expect(tables.length).toBeGreaterThan(15);
  for (const name of ["businesses", "calls", "call_turns", "customers", "jobs", "recordings"])
    expect(tables).toContain(name);
});

test("the pool's role can neither log in nor bypass row-level security", async () => {
  const roles = await owner`
    select rolname, rolcanlogin, rolsuper, rolbypassrls from pg_roles where rolname in ('app_rt', 'app_system') order by 1`;
  const powerless = { rolcanlogin: false, rolsuper: false, rolbypassrls: false };
  expect([...roles]).toEqual([
    { rolname: "app_rt", ...powerless },
    { rolname: "app_system", ...powerless },
  ]);
  const [row] = await db.sql`select current_user`;
  expect(row).toEqual({ current_user: "app_rt" });
});

test("row-level security is on and binds the owner of every tenant table", async () => {
  const open = await owner`
    select relname from pg_class
    where relname in ${owner(tables)} and relnamespace = 'public'::regnamespace and not (relrowsecurity and relforcerowsecurity)`;
  expect([...open]).toEqual([]);
});

test("S8: without a tenant every table is empty", async () => {
  for (const table of tables)
    expect(await asTenant(null, (sql) => sql.unsafe(`select from ${table}`)), table).toHaveLength(0);
});

test("a tenant sees its own row and nobody else's", async () => {
  for (const table of tables) {
    const column = tenantColumn(table);
    const seen = await asTenant(mine, (sql) =>
      sql.unsafe(`select ${column} as tenant from ${table} where ${column} is not null`),
    );
    // Words for the search come by themselves beside the row that was written.
    expect([...new Set(seen.map((row) => row.tenant))], table).toEqual([mine]);
  }
});

test("a tenant neither changes nor deletes another's row", async () => {
  for (const table of tables) {
    const column = tenantColumn(table);
    const touched = await asTenant(mine, async (sql) => {
      const updated = await sql.unsafe(`update ${table} set ${column} = ${column} where ${column} = '${theirs}'`);
      const deleted = await sql.unsafe(`delete from ${table} where ${column} = '${theirs}'`);
      return [updated.count, deleted.count];
    });
    expect(touched, table).toEqual([0, 0]);
  }
});

test("a row for another tenant is refused with 42501, and so is giving one away", async () => {
  for (const table of tables) {
    const column = tenantColumn(table);
    expect(await codeOf(asTenant(mine, (sql) => insertAnyRow(sql, table, theirs))), table).toBe("42501");
    const given = asTenant(mine, (sql) => sql.unsafe(`update ${table} set ${column} = '${theirs}'`));
    expect(await codeOf(given), table).toBe("42501");
  }
});

test("tables without a tenant are closed to the pool's role", async () => {
  const others = await owner<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
      and relname not in ${owner(tables)}`;
  for (const { name } of others)
    expect(await codeOf(asTenant(mine, (sql) => sql.unsafe(`select from ${name}`))), name).toBe("42501");
});

test("references between tenant tables carry the tenant, so that no row points into another business", async () => {
  const whole = await testDatabase();
  const sql = connectPostgres(whole.address, { connections: 1 });
  // What has no tenant itself (passwords, sessions) is out of the pool's reach as a whole: see the test above.
  const loose = await sql`
    select conname from pg_constraint k
    where contype = 'f' and confrelid <> 'businesses'::regclass
      and exists (select from pg_attribute a where a.attrelid = k.conrelid and a.attname = 'business_id')
      and exists (select from pg_attribute a where a.attrelid = k.confrelid and a.attname = 'business_id')
      and not exists (
        select from pg_attribute a where a.attrelid = k.conrelid and a.attname = 'business_id' and a.attnum = any (k.conkey))`;
  await sql.end();
  await whole.drop();
  expect([...loose]).toEqual([]);
});

test("a table that appears later is protected by the next start, and protecting twice changes nothing", async () => {
  await owner`create table forgotten (id uuid primary key default gen_random_uuid(), business_id uuid not null)`;
  await owner`insert into forgotten (business_id) values (${mine}), (${theirs})`;
  await owner.begin((sql) => secureTables(sql));
  const policies = () => owner`select polname, polrelid::regclass::text as "table" from pg_policy order by 2, 1`;
  const before = await policies();
  await owner.begin((sql) => secureTables(sql));
  expect([...(await policies())]).toEqual([...before]);
  expect(await asTenant(mine, (sql) => sql`select from forgotten`)).toHaveLength(1);
  expect(await asTenant(null, (sql) => sql`select from forgotten`)).toHaveLength(0);
  await owner`drop table forgotten`;
});
