import { parseArgs } from "node:util";
import { eq } from "drizzle-orm";
import { systemClock } from "../base/clock.ts";
import { AppError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import { createLog } from "../base/log.ts";
import { type Config, ConfigError, configFromEnvironment } from "../config.ts";
import type { Database, Tx } from "../db/client.ts";
import { visitHouse } from "../db/house.ts";
import { businesses } from "../db/schema/business.ts";
import { withTenant } from "../db/tenant.ts";
import { limits } from "../limits.ts";
import type { Ctx } from "../tenants/ctx.ts";

/**
 * The options of a command, all of them text, and its flags, which have no value.
 * @throws AppError "invalid" for options or words that it does not have.
 */
export function readOptions<N extends string, F extends string = never>(
  args: string[],
  names: readonly N[],
  words = 0,
  flagNames: readonly F[] = [],
): { options: Partial<Record<N, string>>; words: string[]; flags: ReadonlySet<F> } {
  try {
    const { values, positionals } = parseArgs({
      args,
      options: {
        ...Object.fromEntries(names.map((name) => [name, { type: "string" as const }])),
        ...Object.fromEntries(flagNames.map((name) => [name, { type: "boolean" as const }])),
      },
      allowPositionals: words > 0,
      strict: true,
    });
    if (positionals.length > words) throw new Error(`unexpected ${JSON.stringify(positionals[words])}`);
    const flags = new Set(flagNames.filter((name) => values[name] === true));
    const options = Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value === "string"));
    return { options: options as Partial<Record<N, string>>, words: positionals, flags };
  } catch (error) {
    throw new AppError("invalid", error instanceof Error ? error.message : String(error));
  }
}

/** A command made of verbs: runs the one that is asked for and prints what it returns. */
export function verbs(
  name: string,
  table: Readonly<Record<string, (args: string[]) => Promise<unknown>>>,
): (args: string[]) => Promise<number> {
  return async ([verb = "", ...args]) => {
    const run = Object.hasOwn(table, verb) ? table[verb] : undefined;
    if (!run) throw new AppError("invalid", `write \`${name} ${Object.keys(table).join("|")} …\`; see \`help\``);
    print(await run(args));
    return 0;
  };
}

/** Runs `work` as the operator, in one transaction of one business. @throws AppError "not_found" when there is none. */
export function visitBusiness<T>(businessId: BusinessId, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  return visit((db) => inBusiness(db, businessId, work));
}

/** The same on a database that is open, for work of several transactions. @throws as `visitBusiness`. */
export function inBusiness<T>(db: Database, businessId: BusinessId, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  const visited = async (tx: Tx): Promise<T> => {
    const found = await tx.select({ id: businesses.id }).from(businesses).where(eq(businesses.id, businessId));
    if (found.length === 0) throw new AppError("not_found", `no business ${businessId}; see \`business list\``);
    return work({ businessId, actor: { kind: "staff", userId: null, name: "operator" }, tx });
  };
  return withTenant(db, businessId, visited, { deadlineMs: limits.personMs }); // everything of a person may be asked for
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

/** @throws AppError "invalid" for a configuration that is wrong. */
export function readInstallation(): Config {
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
