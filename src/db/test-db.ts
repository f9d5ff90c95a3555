import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newId } from "../base/ids.ts";
import { silentLog } from "../base/log.ts";
import { type DatabaseAddress, withDatabaseName } from "./address.ts";
import { type Database, openDatabase } from "./client.ts";
import { connectPostgres } from "./connect.ts";
import { type EmbeddedServer, startEmbedded } from "./embedded.ts";
import { migrate } from "./migrate.ts";

/** A migrated, empty database of its own for one test file. */
export type TestDatabase = Database & { readonly address: DatabaseAddress; drop(): Promise<void> };

const template = "template_migrated";

/**
 * One server per test process, started with the first database that is asked for and ended with the process. Test
 * files may be isolated from each other inside it: the next one adopts what the one before has started.
 */
let server: Promise<EmbeddedServer> | undefined;

/** A fresh clone of the migrated template (some 30 ms; the first call of a process also makes the server, some 1.5 s). */
export async function testDatabase(): Promise<TestDatabase> {
  server ??= startServer();
  const { address } = await server;
  const name = `test_${newId().replaceAll("-", "")}`;
  await administer(address, `create database ${name} template ${template} strategy file_copy`);
  const own = withDatabaseName(address, name);
  const db = openDatabase({ address: own, log: silentLog });
  const drop = async () => {
    await db.close();
    await administer(address, `drop database if exists ${name} with (force)`);
  };
  return Object.assign(db, { address: own, drop });
}

async function startServer(): Promise<EmbeddedServer> {
  const root = join(tmpdir(), `agentlocator-test-${process.pid}`);
  const isNew = mkdirSync(root, { recursive: true, mode: 0o700 }) !== undefined;
  if (isNew) cleanUpAfter(process.pid, root);
  const started = await startEmbedded({ root, log: silentLog, durable: false });
  if (!(await hasTemplate(started.address))) {
    // Under another name until it is whole.
    await administer(started.address, `drop database if exists ${template}_new`);
    await administer(started.address, `create database ${template}_new`);
    await migrate(withDatabaseName(started.address, `${template}_new`));
    await administer(started.address, `alter database ${template}_new rename to ${template}`);
  }
  return started;
}

/**
 * Ends the server and removes its folder when this process is gone, however it went: the runner kills its workers,
 * and with them every chance to do so from inside. Stands apart (a child of nobody), or it would be killed as well.
 */
function cleanUpAfter(pid: number, root: string): void {
  const script = `(while kill -0 "$1"; do sleep 1; done
    kill -QUIT "$(head -n 1 "$2/data/postmaster.pid")"; sleep 1; rm -rf "$2") &`;
  spawnSync("/bin/sh", ["-c", script, "sh", String(pid), root], { stdio: "ignore" });
}

async function hasTemplate(address: DatabaseAddress): Promise<boolean> {
  const sql = connectPostgres(address, { connections: 1 });
  try {
    return (await sql`select from pg_database where datname = ${template}`).length > 0;
  } finally {
    await sql.end();
  }
}

async function administer(address: DatabaseAddress, statement: string): Promise<void> {
  const sql = connectPostgres(address, { connections: 1 });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}
