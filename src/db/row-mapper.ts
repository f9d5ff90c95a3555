import { Column, type DriverValueDecoder, is, noopDecoder, SQL, Subquery } from "drizzle-orm";
import type { SelectedFieldsOrdered } from "drizzle-orm/pg-core";

type Decode = (value: unknown) => unknown;

/**
 * Rows as the query names their values. Drizzle's own mapper looks for the column's decoder in every cell of every row,
 * which takes longer than all else that happens to a list. Undefined for tables joined as objects: those stay Drizzle's,
 * which knows which of them an outer join may leave out.
 */
export function rowMapper(fields: SelectedFieldsOrdered): ((rows: unknown[][]) => unknown) | undefined {
  if (fields.some(({ path }) => path.length !== 1)) return undefined;
  const columns = fields.map(({ path, field }) => ({ name: path[0] as string, decode: decoderOf(field) }));
  return (rows) =>
    rows.map((row) => {
      const made: Record<string, unknown> = {};
      for (let at = 0; at < columns.length; at++) {
        const { name, decode } = columns[at]!;
        const value = row[at];
        made[name] = value === null || decode === null ? value : decode(value);
      }
      return made;
    });
}

/** Null = the driver's value is the one that is wanted. */
function decoderOf(field: SelectedFieldsOrdered[number]["field"]): Decode | null {
  const source = is(field, Column) || is(field, SQL) ? field : is(field, Subquery) ? field._.sql : field.sql;
  const decoder = is(source, Column)
    ? source
    : (source as unknown as { decoder: DriverValueDecoder<unknown, unknown> }).decoder;
  const { mapFromDriverValue: decode } = decoder;
  if (decode === noopDecoder.mapFromDriverValue || decode === Column.prototype.mapFromDriverValue) return null;
  return (value) => decoder.mapFromDriverValue(value);
}
