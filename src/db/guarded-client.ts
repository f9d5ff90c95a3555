import type { Sql, TransactionSql } from "postgres";
import { AppError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { limits } from "../limits.ts";
import { mayPass } from "./errors.ts";

/**
 * The client as Drizzle uses it (`unsafe`, `begin`, `savepoint`), with three things added:
 *
 * - statements with a few parameters are prepared once per connection: the driver asks for the types of an unprepared one
 *   first, a round trip each time. They are planned anew all the same (`plan_cache_mode`), with the values that they have;
 * - statements over `limits.slowSqlMs` are logged: text and time, never parameters, which are customers' data;
 * - nothing is sent on a transaction's connection after that is gone. postgres.js 3.4.9 sends its own ROLLBACK there,
 *   which throws outside of every promise and leaves the connection's slot unusable.
 */
export function guarded(client: Sql, log: Log): Sql {
  return wrap(client, log, { lost: false }) as Sql;
}

// Driver and server keep every prepared text for as long as the connection lives, and an insert of many rows has another
// text for each number of rows: after 100 calls of half a minute they were 160 of 380 texts, and there was no end to them.
const preparedParametersMax = 32;

/** Shared by everything that runs on one transaction's connection. */
interface Link {
  lost: boolean;
}

type Work = (tx: TransactionSql) => unknown;
type Nest = (first: unknown, second?: unknown) => Promise<unknown>;

function wrap(client: Sql | TransactionSql, log: Log, link: Link): Sql | TransactionSql {
  const replaced: Record<string, unknown> = {
    unsafe: (text: string, parameters?: never[]) => {
      if (link.lost) throw connectionIsGone();
      const count = parameters?.length ?? 0;
      text.charCodeAt(0); // makes the rope of pieces that Drizzle left one string: the driver keeps it, pieces and all
      const query = client.unsafe(text, parameters, { prepare: count > 0 && count <= preparedParametersMax });
      const startMs = performance.now();
      const done = (): void => {
        const ms = Math.round(performance.now() - startMs);
        if (ms >= limits.slowSqlMs) log.warn("DB", "slow SQL", { ms, sql: text.replace(/\s+/g, " ").slice(0, 500) });
      };
      const failed = (error: unknown): void => {
        done();
        // A server's own error carries its severity; what comes without is the connection's end.
        if (mayPass(error) && !(error as { severity?: unknown }).severity) link.lost = true;
      };
      // First in line, so that whoever waits for the query already finds the link marked.
      void query.then(done, failed);
      return query;
    },
  };
  if ("begin" in client) {
    const begin = client.begin.bind(client) as unknown as Nest;
    replaced.begin = (first: unknown, second?: unknown) => {
      const own: Link = { lost: false };
      const result = nested(begin, log, own)(first, second);
      result.catch(() => {
        own.lost = true; // over, in whatever way: no statement of it may be sent any more
      });
      return result;
    };
  }
  if ("savepoint" in client) replaced.savepoint = nested(client.savepoint.bind(client) as unknown as Nest, log, link);
  return new Proxy(client, {
    get: (target, name) => (typeof name === "string" && replaced[name]) || Reflect.get(target, name),
  });
}

/** `begin` and `savepoint` take their work as the first or, after options or a name, the second argument. */
function nested(run: Nest, log: Log, link: Link): Nest {
  const guard = (work: Work) => async (tx: TransactionSql) => {
    try {
      return await work(wrap(tx, log, link) as TransactionSql);
    } catch (error) {
      // The driver has already told the caller. Never settling keeps it from rolling back on the dead connection;
      // nothing refers to the promise, so it is collected.
      if (link.lost) await new Promise(() => {});
      throw error;
    }
  };
  return (first, second) =>
    typeof first === "function" ? run(guard(first as Work)) : run(first, guard(second as Work));
}

const connectionIsGone = (): AppError => new AppError("unavailable", "the transaction's connection is gone");
