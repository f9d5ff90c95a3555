import { join } from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyPending } from "drizzle-orm/postgres-js/migrator";
import { AppError } from "../base/errors.ts";
import type { DatabaseAddress } from "./address.ts";
import { installNotices } from "./change-notice.ts";
import { connectPostgres } from "./connect.ts";
import { secureTables } from "./row-security.ts";

/** The numbered migrations of this version. */
export const migrationsFolder = join(import.meta.dir, "../../drizzle");

// Any number will do, as long as it is always the same: processes that start at once migrate one after the other.
const migrationLock = 5_184_702_611;

/**
 * Brings the schema to this version. All pending migrations run in one transaction, so a kill in the middle leaves
 * the schema as it was. Safe to run from several processes at once, and when there is nothing to do.
 * @throws AppError "unavailable" when the database is newer than this program, or a migration was skipped.
 */
export async function migrate(address: DatabaseAddress, folder = migrationsFolder): Promise<void> {
  const client = connectPostgres(address, { connections: 1 });
  try {
    await client`select pg_advisory_lock(${migrationLock})`;
    await applyPending(drizzle(client), { migrationsFolder: folder });
    await checkCount(address, folder);
    await client.begin(async (sql) => {
      await secureTables(sql);
      await installNotices(sql);
    });
  } finally {
    await client.end({ timeout: 1 }); // the lock goes with the connection
  }
}

/** Drizzle looks at the newest entry only: one that a merge dated earlier is skipped without a word. */
async function checkCount(address: DatabaseAddress, folder: string): Promise<void> {
  const journal = (await Bun.file(join(folder, "meta/_journal.json")).json()) as { entries: unknown[] };
  const client = connectPostgres(address, { connections: 1 });
  try {
    const [row] = await client<{ count: number }[]>`select count(*)::int as count from drizzle.__drizzle_migrations`;
    const applied = row?.count ?? 0;
    if (applied === journal.entries.length) return;
    const hint =
      applied > journal.entries.length ? "the database belongs to a newer version" : "a migration was skipped";
    throw new AppError("unavailable", `${hint}: ${applied} migrations applied, ${journal.entries.length} known`);
  } finally {
    await client.end({ timeout: 1 });
  }
}
