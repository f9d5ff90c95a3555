import { getTableColumns, sql } from "drizzle-orm";
import type { PgTable } from "drizzle-orm/pg-core";
import type { Tx } from "./client.ts";

/**
 * Makes an insert for any number of rows; rows that are there already stay as they are. `fields` are written, the rest of the
 * table has its defaults.
 *
 * The rows travel as one JSON parameter, so that the statement has one text however many they are: Drizzle's own insert has
 * another text for each number of rows, builds it from a piece per value, and cannot be prepared.
 */
export function rowInserter<Table extends PgTable, Field extends keyof Table["$inferInsert"] & string>(
  table: Table,
  fields: readonly Field[],
): (tx: Tx, rows: readonly Required<Pick<Table["$inferInsert"], Field>>[]) => Promise<void> {
  const columns = getTableColumns(table);
  const named = fields.map((field) => ({ field, name: columns[field]!.name, type: columns[field]!.getSQLType() }));
  const names = sql.raw(named.map(({ name }) => `"${name}"`).join(", "));
  const types = sql.raw(named.map(({ name, type }) => `"${name}" ${type}`).join(", "));
  return async (tx, rows) => {
    if (rows.length === 0) return;
    const json = JSON.stringify(
      rows.map((row) => Object.fromEntries(named.map(({ field, name }) => [name, row[field]]))),
    );
    await tx.execute(
      sql`insert into ${table} (${names}) select ${names} from json_to_recordset(${json}::json) as rows(${types}) on conflict do nothing`,
    );
  };
}
