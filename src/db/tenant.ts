import { sql } from "drizzle-orm";
import type { BusinessId } from "../base/ids.ts";
import { limits } from "../limits.ts";
import type { Database, Tx } from "./client.ts";

export interface WithOptions {
  /** How long the whole transaction may take, in ms. Default: `limits.webQueryMs`. */
  deadlineMs?: number;
}

/**
 * One transaction on the rows of one business: row-level security hides and refuses all others.
 * @throws AppError "unavailable" when the database does not answer in time; what the statements throw otherwise.
 */
export function withTenant<T>(
  db: Database,
  businessId: BusinessId,
  run: (tx: Tx) => Promise<T>,
  options: WithOptions = {},
): Promise<T> {
  return transaction(db, options, sql`set_config('app.business_id', ${businessId}, true)`, run);
}

/**
 * One transaction over all businesses, for what has no tenant yet or serves all of them: the directory, the job
 * runner, callbacks that carry a provider's id only, the operator's command line.
 * @throws as `withTenant`.
 */
export function withSystem<T>(db: Database, run: (tx: Tx) => Promise<T>, options: WithOptions = {}): Promise<T> {
  return transaction(db, options, sql`set_config('role', 'app_system', true)`, run);
}

function transaction<T>(
  db: Database,
  { deadlineMs = limits.webQueryMs }: WithOptions,
  scope: ReturnType<typeof sql>,
  run: (tx: Tx) => Promise<T>,
): Promise<T> {
  return db.within(deadlineMs, (orm, expired) =>
    orm.transaction(async (tx) => {
      if (expired()) throw new Error("nobody waits for this transaction any more");
      // Not waited for: the connection takes statements in order, so that the first of `run` goes out along with it. Should
      // it fail, the transaction is lost and nothing of `run` happens either.
      const scoped = tx
        .execute(sql`select ${scope}, set_config('statement_timeout', ${String(deadlineMs)}, true)`)
        .then(() => {});
      scoped.catch(() => {});
      const result = run(tx).finally(() => scoped);
      return result;
    }),
  );
}
