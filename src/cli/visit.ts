import { parseArgs } from "node:util";
import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import { createLog } from "../base/log.ts";
import { ConfigError, configFromEnvironment } from "../config.ts";
import type { Database } from "../db/client.ts";
import { visitHouse } from "../db/house.ts";

/** The options of a command, all of them text. @throws AppError "invalid" for options or words that it does not have. */
export function readOptions<N extends string>(
  args: string[],
  names: readonly N[],
  words = 0,
): { options: Partial<Record<N, string>>; words: string[] } {
  try {
    const parsed = parseArgs({
      args,
      options: Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
      allowPositionals: words > 0,
      strict: true,
    });
    if (parsed.positionals.length > words) throw new Error(`unexpected ${JSON.stringify(parsed.positionals[words])}`);
    return { options: { ...parsed.values } as Partial<Record<N, string>>, words: parsed.positionals };
  } catch (error) {
    throw new AppError("invalid", error instanceof Error ? error.message : String(error));
  }
}

/**
 * Runs `work` on the installation's database, whether the product runs or not, and closes everything behind it.
 * Only warnings reach stderr; stdout belongs to the result.
 */
export async function visit<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const log = createLog({
    level: "warn",
    format: "text",
    write: (line) => void process.stderr.write(`${line}\n`),
    instant: systemClock.instant,
  });
  const house = await visitHouse({ ...readInstallation(), log });
  try {
    return await work(house.db);
  } finally {
    await house.close();
  }
}

function readInstallation(): { storageDir: string; databaseUrl: string | null } {
  try {
    return configFromEnvironment();
  } catch (error) {
    throw error instanceof ConfigError ? new AppError("invalid", error.message) : error;
  }
}

/** Writes a command's result as JSON. */
export function print(result: unknown): void {
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
}
