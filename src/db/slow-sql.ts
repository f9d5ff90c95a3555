import type { Sql, TransactionSql } from "postgres";
import type { Log } from "../base/log.ts";
import { limits } from "../limits.ts";

/**
 * The client as Drizzle uses it (`unsafe`, `begin`, `savepoint`), with statements over `limits.slowSqlMs` logged:
 * text and time, never parameters, which are customers' data.
 */
export function timed(client: Sql, log: Log): Sql {
  return wrap(client, log) as Sql;
}

type Nest = (first: unknown, second?: unknown) => Promise<unknown>;

function wrap(client: Sql | TransactionSql, log: Log): Sql | TransactionSql {
  const nested =
    (run: Nest): Nest =>
    (first, second) => {
      const wrapped = (work: unknown) => (tx: TransactionSql) => (work as (tx: unknown) => unknown)(wrap(tx, log));
      return typeof first === "function" ? run(wrapped(first)) : run(first, wrapped(second));
    };
  const replaced: Record<string, unknown> = {
    unsafe: (text: string, parameters?: never[], options?: never) => {
      const query = client.unsafe(text, parameters, options);
      const startMs = performance.now();
      const done = (): void => {
        const ms = Math.round(performance.now() - startMs);
        if (ms >= limits.slowSqlMs) log.warn("DB", "slow SQL", { ms, sql: text.replace(/\s+/g, " ").slice(0, 500) });
      };
      // A query starts when somebody waits for it, in the form chosen by then (Drizzle asks for arrays).
      queueMicrotask(() => void query.then(done, done));
      return query;
    },
  };
  if ("begin" in client) replaced.begin = nested(client.begin.bind(client) as unknown as Nest);
  if ("savepoint" in client) replaced.savepoint = nested(client.savepoint.bind(client) as unknown as Nest);
  return new Proxy(client, {
    get: (target, name) => (typeof name === "string" && replaced[name]) || Reflect.get(target, name),
  });
}
