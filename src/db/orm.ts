import { PgDialect } from "drizzle-orm/pg-core";
import { drizzle, PostgresJsDatabase, PostgresJsSession, PostgresJsTransaction } from "drizzle-orm/postgres-js";
import type { Sql } from "postgres";
import type { Log } from "../base/log.ts";
import { type GuardedClient, guarded } from "./guarded-client.ts";
import { rowMapper } from "./row-mapper.ts";
import type { Scope } from "./transaction.ts";

export type Orm = PostgresJsDatabase<Record<string, never>>;
/** An open transaction: what `withTenant` and `withSystem` hand to their callback. */
export type Tx = Parameters<Parameters<Orm["transaction"]>[0]>[0];
type Base = PostgresJsSession<Sql, Record<string, never>, Record<string, never>>;
type Work<T> = (tx: PostgresJsTransaction<Record<string, never>, Record<string, never>>) => Promise<T>;

/** Drizzle on our transactions, with rows made by a mapper that knows its columns before the first row. */
export function createOrm(client: Sql, log: Log): Orm {
  drizzle(client); // leaves its ways of reading and writing values in the client
  const session = new Session(guarded(client, log), new PgDialect());
  return new (PostgresJsDatabase as unknown as new (...parts: unknown[]) => Orm)(session.dialect, session, undefined);
}

class Session extends PostgresJsSession<Sql, Record<string, never>, Record<string, never>> {
  constructor(
    private readonly own: GuardedClient | Scope,
    override readonly dialect: PgDialect,
  ) {
    super(own as unknown as Sql, dialect, undefined);
  }

  override prepareQuery(...[query, fields, name, arrayMode, mapper, ...rest]: Parameters<Base["prepareQuery"]>) {
    return super.prepareQuery(
      query,
      fields,
      name,
      arrayMode,
      mapper ?? (fields && rowMapper(fields)),
      ...rest,
    ) as never;
  }

  override transaction<T>(work: Work<T>): Promise<T> {
    return (this.own as GuardedClient).begin((scope) => {
      const session = new Session(scope, this.dialect);
      return work(new PostgresJsTransaction(this.dialect, session as never, undefined));
    });
  }
}

/** What Drizzle's transaction sends its statements with: for those that it need not build. */
export const scopeOf = (tx: Tx): Scope => (tx as unknown as { _: { session: { client: Scope } } })._.session.client;
