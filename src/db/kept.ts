import { type Placeholder, sql } from "drizzle-orm";
import type { PgPreparedQuery } from "drizzle-orm/pg-core";
import type { Tx } from "./client.ts";
import { scopeOf } from "./orm.ts";

/** A query that Drizzle can prepare: any of its selects. */
interface Preparable<Rows> {
  prepare(name: string): PgPreparedQuery<{ execute: Rows; all: unknown; values: unknown }>;
}

/**
 * A query whose text is made once per shape and kept, where making it takes as long as all else that its request needs:
 * a page of leads has sixteen columns and five tables. `shape` is what changes the text and has few values; `asked` are its
 * parameters, of which those that are not given may change the text as well. `build` sees placeholders in their place: it may pass
 * them on and ask whether they are there, not look at them.
 */
export function keptQuery<Shape, Asked extends object, Rows>(
  build: (tx: Tx, shape: Shape, asked: Asked) => Preparable<Rows>,
): (tx: Tx, shape: Shape, asked: Asked) => Promise<Rows> {
  const kept = new Map<string, object>();
  return (tx, shape, asked) => {
    const given = Object.entries(asked).filter(([, value]) => value !== undefined);
    const key = JSON.stringify([shape, given.map(([name]) => name)]);
    const statement = kept.get(key) ?? onClient(null, build(tx, shape, placeholders(given) as Asked).prepare("kept"));
    kept.set(key, statement);
    return onClient(scopeOf(tx), statement as ReturnType<Preparable<Rows>["prepare"]>).execute(
      Object.fromEntries(
        given.map(([name, value]) => [name, value instanceof Temporal.Instant ? value.toString() : value]),
      ),
    );
  };
}

const placeholders = (given: [string, unknown][]): Record<string, Placeholder> =>
  Object.fromEntries(given.map(([name]) => [name, sql.placeholder(name)]));

/** Drizzle's prepared query belongs to the transaction that made it: this is the same for another one. */
const onClient = <S extends object>(client: unknown, statement: S): S =>
  Object.assign(Object.create(Object.getPrototypeOf(statement)), statement, { client });
