import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "../base/log.ts";
import { type DatabaseAddress, withDatabaseName } from "./address.ts";
import { type Database, openDatabase } from "./client.ts";
import { connectPostgres } from "./connect.ts";
import { type EmbeddedServer, startEmbedded } from "./embedded.ts";
import { migrate } from "./migrate.ts";

/** A migrated, empty database of its own for one test file. */
export type TestDatabase = Database & { readonly address: DatabaseAddress; drop(): Promise<void> };

const prefix = "agentlocator-test-";
const template = "template_migrated";

/** One server per test process, started with the first database that is asked for and ended with the process. */
let server: Promise<EmbeddedServer> | undefined;
let made = 0;

/** A fresh clone of the migrated template (some 30 ms; the first call of a process also makes the server, some 1.5 s). */
export async function testDatabase(): Promise<TestDatabase> {
  server ??= startServer();
  const { address } = await server;
  const name = `test_${++made}`;
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
  removeAbandoned();
  const root = join(tmpdir(), `${prefix}${process.pid}`);
  mkdirSync(root, { mode: 0o700 });
  const started = await startEmbedded({ root, log: silentLog, durable: false });
  process.on("exit", () => discard(root));
  await administer(started.address, `create database ${template}`);
  await migrate(withDatabaseName(started.address, template));
  return started;
}

/** Servers whose test process was killed before it could end them. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : Number.NaN;
    if (!Number.isNaN(pid) && !isAlive(pid)) discard(join(tmpdir(), name));
  }
}

function discard(root: string): void {
  try {
    const pid = Number(readFileSync(join(root, "data/postmaster.pid"), "utf8").split("\n")[0]);
    if (pid > 0) process.kill(pid, "SIGQUIT");
    for (let tries = 0; tries < 100 && isAlive(pid); tries++) Bun.sleepSync(10); // it still writes while it dies
  } catch {
    // it has no server any more
  }
  rmSync(root, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
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
