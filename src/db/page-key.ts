import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { AppError } from "../base/errors.ts";

/** Where a page of a list ends: the next one begins behind this row (keyset paging). */
export interface PageKey {
  at: Temporal.Instant;
  id: string;
}

export const writePageKey = (at: Temporal.Instant, id: string): string => `${at.toString()}~${id}`;

/** @throws AppError "invalid" for a text that `writePageKey` did not write. */
export function readPageKey(text: string): PageKey {
  const [at = "", id = ""] = text.split("~");
  try {
    // Years beyond four digits are Temporal's, not PostgreSQL's.
    if (/^[1-9]\d{3}-/.test(at) && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))
      return { at: Temporal.Instant.from(at), id };
  } catch {
    // no instant: same answer as for a bad id
  }
  throw new AppError("invalid", "malformed page cursor", {
    public: "malformed page cursor",
    fields: [{ path: "cursor", code: "invalid_format" }],
  });
}

/** Of rows sorted by `at` and `id`, newest first: those behind the page that ended at `cursor`. @throws as `readPageKey`. */
export function isBehind(cursor: string | undefined, at: SQLWrapper, id: SQLWrapper): SQL | undefined {
  if (cursor === undefined) return undefined;
  const key = readPageKey(cursor);
  return sql`(${at}, ${id}) < (${key.at.toString()}::timestamptz, ${key.id}::uuid)`;
}

/** Of rows that were read one more than wanted: the page, and where the next one begins. */
export function pageOfRows<T extends { id: string; createdAt: Temporal.Instant }>(rows: readonly T[], limit: number) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? writePageKey(last.createdAt, last.id) : null };
}
