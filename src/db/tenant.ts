import { AppError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import { onBehalfOf } from "../base/on-behalf.ts";
import { limits } from "../limits.ts";
import type { Database, Tx } from "./client.ts";
import { isContended, mayPass } from "./errors.ts";
import { scopeOf } from "./orm.ts";

export interface WithOptions {
  /** How long the whole transaction may take, in ms. Default: `limits.webQueryMs`. */
  deadlineMs?: number;
  /**
   * "kept": statements are planned once per connection and not anew with their values. For reads that have one good plan
   * whatever they ask for: under row-level security the plan of a page takes longer than the page. Default: "fresh".
   */
  plans?: "kept" | "fresh";
  /** `run` reads with a single statement: the whole transaction is one round trip. A second statement is refused. */
  single?: boolean;
}

/**
 * One transaction on the rows of one business: row-level security hides and refuses all others.
 * @throws AppError "unavailable" when the database is away or does not answer in time, or another transaction keeps a row
 * that this one needs; what the statements throw otherwise.
 */
export function withTenant<T>(
  db: Database,
  businessId: BusinessId,
  run: (tx: Tx) => Promise<T>,
  options: WithOptions = {},
): Promise<T> {
  return transaction(db, options, ["app.business_id", businessId], (tx) =>
    onBehalfOf({ biz: businessId }, async () => run(tx)),
  );
}

/**
 * One transaction over all businesses, for what has no tenant yet or serves all of them: the directory, the job
 * runner, callbacks that carry a provider's id only, the operator's command line.
 * @throws as `withTenant`.
 */
export function withSystem<T>(db: Database, run: (tx: Tx) => Promise<T>, options: WithOptions = {}): Promise<T> {
  return transaction(db, options, ["role", "app_system"], run);
}

function transaction<T>(
  db: Database,
  { deadlineMs = limits.webQueryMs, plans = "fresh", single = false }: WithOptions,
  scope: readonly [name: string, value: string],
  run: (tx: Tx) => Promise<T>,
): Promise<T> {
  const work = db.within(deadlineMs, (orm, expired) =>
    orm.transaction(async (tx) => {
      if (expired()) throw new Error("nobody waits for this transaction any more");
      // Not waited for: the connection takes statements in order, so that the first of `run` goes out along with it. Should
      // it fail, the transaction is lost and nothing of `run` happens either.
      const scoped = scopeOf(tx).unsafe(begin[plans], [...scope, String(deadlineMs)]);
      scoped.catch(() => {});
      if (single) scopeOf(tx).endWithNext();
      try {
        return await run(tx);
      } finally {
        await scoped;
      }
    }),
  );
  return work.catch((error: unknown) => {
    if (isContended(error))
      throw new AppError("unavailable", "another change has these rows", { retryAfterSeconds: 1, cause: error });
    if (error instanceof AppError || !mayPass(error)) throw error;
    throw new AppError("unavailable", "the database is away", { cause: error });
  });
}

const scopeText = "select set_config($1, $2, true), set_config('statement_timeout', $3, true)";
const begin = { fresh: scopeText, kept: `${scopeText}, set_config('plan_cache_mode', 'force_generic_plan', true)` };
