import { existsSync } from "node:fs";
import { join } from "node:path";
import { AppError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { limits } from "../limits.ts";
import { type DatabaseAddress, withDatabaseName } from "./address.ts";
import { type Database, openDatabase } from "./client.ts";
import { connectPostgres } from "./connect.ts";
import { type EmbeddedServer, findEmbedded, startEmbedded } from "./embedded.ts";
import { migrate } from "./migrate.ts";
import { type StorageLock, type StorageRole, storageTaken, tryStorageLock } from "./storage-lock.ts";

export interface HouseSettings {
  storageDir: string;
  /** Null = the server that we start ourselves, in `<storageDir>/database`. */
  databaseUrl: string | null;
  log: Log;
}

/** The open, migrated database of an installation. */
export interface House {
  db: Database;
  address: DatabaseAddress;
  /** Closes the connections, ends the server if it is ours to end, and gives the storage folder back. */
  close(): Promise<void>;
}

const databaseName = "agentlocator";

/**
 * Opens the house for the product itself: takes the storage folder, starts or adopts the database, migrates it.
 * @throws AppError "taken" when another process has the folder; "unavailable" when there is no database to be had.
 */
export async function openHouse(settings: HouseSettings): Promise<House> {
  const lock = await waitForLock(settings.storageDir, "server");
  const house = await openWith(settings, lock);
  house.keepRunning();
  return house;
}

/**
 * Opens the house for one command: beside the running product, or by itself when that is not running.
 * @throws as `openHouse`, also when the product is starting or stopping for longer than `limits.houseWaitMs`.
 */
export async function visitHouse(settings: HouseSettings): Promise<House> {
  if (settings.databaseUrl !== null) return openWith(settings, null);
  const root = join(settings.storageDir, "database");
  const deadline = performance.now() + limits.houseWaitMs;
  for (;;) {
    const attempt = tryStorageLock(settings.storageDir, "command");
    if (attempt.kind === "held") {
      // Right before the first start; a mistake where the product runs elsewhere, in containers for example.
      if (!existsSync(join(root, "data")))
        settings.log.warn("DB", "no database here yet, a new one is made", { folder: root });
      return openWith(settings, attempt.lock);
    }
    if (attempt.by === "server") {
      const address = await findEmbedded(root);
      if (address) return guest(withDatabaseName(address, databaseName), settings.log);
    }
    if (performance.now() > deadline) throw storageTaken(settings.storageDir, attempt.by, attempt.pid);
    await Bun.sleep(100);
  }
}

function guest(address: DatabaseAddress, log: Log): House {
  const db = openDatabase({ address, log, connections: 1 });
  return { db, address, close: () => db.close() };
}

/** A command is waited for, it ends soon; another server is not. */
async function waitForLock(storageDir: string, role: StorageRole): Promise<StorageLock> {
  const deadline = performance.now() + limits.houseWaitMs;
  for (;;) {
    const attempt = tryStorageLock(storageDir, role);
    if (attempt.kind === "held") return attempt.lock;
    if (attempt.by === "server" || performance.now() > deadline)
      throw storageTaken(storageDir, attempt.by, attempt.pid);
    await Bun.sleep(100);
  }
}

async function openWith(
  { storageDir, databaseUrl, log }: HouseSettings,
  lock: StorageLock | null,
): Promise<House & { keepRunning(): void }> {
  let server: EmbeddedServer | null = null;
  try {
    const startedMs = performance.now();
    if (databaseUrl === null) server = await startEmbedded({ root: join(storageDir, "database"), log });
    const address: DatabaseAddress = server
      ? await ensureDatabase(server.address)
      : { kind: "url", url: databaseUrl ?? "" };
    await migrate(address);
    const ms = Math.round(performance.now() - startedMs);
    log.info("DB", "database ready", { own: server !== null, adopted: server?.adopted, ms });
    const db = openDatabase({ address, log });
    const close = async () => {
      await db.close();
      await server?.stop();
      lock?.release();
    };
    return { db, address, close, keepRunning: () => server?.keepRunning() };
  } catch (error) {
    await server?.stop().catch(() => {});
    lock?.release();
    throw asUnavailable(error);
  }
}

async function ensureDatabase(server: DatabaseAddress): Promise<DatabaseAddress> {
  const sql = connectPostgres(server, { connections: 1 });
  try {
    const found = await sql`select from pg_database where datname = ${databaseName}`;
    if (found.length === 0) await sql.unsafe(`create database ${databaseName}`);
  } finally {
    await sql.end({ timeout: 1 });
  }
  return withDatabaseName(server, databaseName);
}

/** Driver messages about a refused login or an unknown host are for the operator and hold no row's data. */
function asUnavailable(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const said = error instanceof Error ? error.message : String(error);
  return new AppError("unavailable", `the database cannot be used: ${said}`, { cause: error });
}
