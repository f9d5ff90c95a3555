import type { Sql } from "postgres";
import { AppError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { limits } from "../limits.ts";
import type { DatabaseAddress } from "./address.ts";
import { connectPostgres } from "./connect.ts";
import { createOrm, type Orm, type Tx } from "./orm.ts";

export type { Tx };

/** The database. Rows are reached through `withTenant` and `withSystem` (tenant.ts), never directly. */
export interface Database {
  /** Drizzle on a pool of its own: it changes how its client reads and writes values. */
  readonly orm: Orm;
  /** Raw SQL on a second, small client: LISTEN, health. Sees no tenant's rows. */
  readonly sql: Sql;
  /**
   * Runs `work` on the pool that is in use now and waits at most `deadlineMs` for it. After that the caller gets an
   * error while the pool, which may hold half-open connections, is retired: new work gets a new one.
   * @throws AppError "unavailable" at the deadline, or when too much work is waiting already.
   */
  within<T>(deadlineMs: number, work: (orm: Orm, expired: () => boolean) => Promise<T>): Promise<T>;
  /** Work inside `within` now. */
  readonly waiting: number;
  /** Pools retired since the start. */
  readonly retired: number;
  close(): Promise<void>;
}

export interface OpenDatabaseSettings {
  address: DatabaseAddress;
  log: Log;
  connections?: number;
}

// Ends of sessions that a crash left inside a transaction, and of statements that nobody waits for any more. The role
// has no rights beyond the current tenant's rows: whoever forgets to name a tenant sees nothing.
const session = {
  role: "app_rt",
  statement_timeout: limits.jobQueryMs,
  lock_timeout: 1_000,
  idle_in_transaction_session_timeout: 30_000,
  plan_cache_mode: "force_custom_plan", // a plan for any tenant and any filter fits none of them
};

/** Opens the two clients; nothing is connected before the first query, so this cannot fail. */
export function openDatabase(settings: OpenDatabaseSettings): Database {
  return new PooledDatabase(settings);
}

// What a retired pool's living connections have left to finish in.
const closeSeconds = 1;

interface Pool {
  client: Sql;
  orm: Orm;
}

class PooledDatabase implements Database {
  readonly #settings: OpenDatabaseSettings;
  readonly sql: Sql;
  #pool: Pool;
  #closing: Promise<unknown>[] = [];
  waiting = 0;
  retired = 0;

  constructor(settings: OpenDatabaseSettings) {
    this.#settings = settings;
    this.sql = connectPostgres(settings.address, { connections: 2, session });
    this.#pool = this.#openPool();
  }

  get orm(): Orm {
    return this.#pool.orm;
  }

  async within<T>(deadlineMs: number, work: (orm: Orm, expired: () => boolean) => Promise<T>): Promise<T> {
    if (this.waiting >= limits.databaseWaitingMax)
      throw new AppError("unavailable", "too much work waits for the database");
    const pool = this.#pool;
    let expired = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        expired = true;
        this.#retire(pool);
        reject(new AppError("unavailable", `no answer from the database in ${deadlineMs} ms`));
      }, deadlineMs);
    });
    this.waiting++;
    const result = work(pool.orm, () => expired);
    const done = () => void this.waiting--;
    void result.then(done, done); // what missed its deadline still counts until it has really ended
    try {
      return await Promise.race([result, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    // A connection that died with a statement under way never counts as idle for the driver: it is not waited for.
    const timeout = closeSeconds;
    await Promise.all([this.sql.end({ timeout }), this.#pool.client.end({ timeout }), ...this.#closing]);
  }

  #openPool(): Pool {
    const { address, log, connections = limits.databaseConnections } = this.#settings;
    const client = connectPostgres(address, { connections, session });
    return { client, orm: createOrm(client, log) };
  }

  #retire(pool: Pool): void {
    if (pool !== this.#pool) return;
    this.#pool = this.#openPool();
    this.retired++;
    this.#settings.log.warn("DB", "pool replaced: a query missed its deadline", { waiting: this.waiting });
    // Living connections may finish what they do, half-open ones are torn down.
    const closed = pool.client.end({ timeout: closeSeconds }).catch(() => {});
    this.#closing.push(closed);
    void closed.then(() => {
      this.#closing = this.#closing.filter((other) => other !== closed);
    });
  }
}
