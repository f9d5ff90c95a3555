import type { Sql } from "postgres";
import type { Log } from "../base/log.ts";
import { behalf } from "../base/on-behalf.ts";
import { limits } from "../limits.ts";
import { begin, type MakeStatement, type Scope, type Statement } from "./transaction.ts";

/** A client or an open transaction of it, as Drizzle uses them. */
export interface GuardedClient {
  unsafe: MakeStatement;
  begin<T>(work: (scope: Scope) => Promise<T>): Promise<T>;
}

// Driver and server keep every prepared text for as long as the connection lives, and an insert of many rows has another
// text for each number of rows: after 100 calls of half a minute they were 160 of 380 texts, and there was no end to them.
const preparedParametersMax = 32;

/**
 * The client with transactions of our own and two things added to every statement:
 *
 * - those with a few parameters are prepared once per connection: the driver asks for the types of an unprepared one
 *   first, a round trip each time. They are planned anew all the same (`plan_cache_mode`), with the values that they have;
 * - those over `limits.slowSqlMs` are logged: text, time and on whose behalf, never parameters, which are customers' data.
 */
export function guarded(client: Sql, log: Log): GuardedClient {
  const unsafe: MakeStatement = (text, parameters = []) => {
    const { length: count } = parameters;
    text.charCodeAt(0); // makes the rope of pieces that Drizzle left one string: the driver keeps it, pieces and all
    const prepare = count > 0 && count <= preparedParametersMax;
    const statement = client.unsafe(text, parameters, { prepare }) as Statement;
    const startMs = performance.now();
    const fields = behalf();
    const done = (): void => {
      const ms = Math.round(performance.now() - startMs);
      if (ms >= limits.slowSqlMs)
        log.warn("DB", "slow SQL", { ms, ...fields, sql: text.replace(/\s+/g, " ").slice(0, 500) });
    };
    void statement.then(done, done);
    return statement;
  };
  return { unsafe, begin: (work) => begin(client, unsafe, work) };
}
