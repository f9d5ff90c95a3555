import { z } from "zod";
import { limits } from "../limits.ts";

/** What every list takes: how many, and the `next` of the page before. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(limits.pageRowsMax).default(50),
  cursor: z.string().max(200).optional(),
});

/** What every list answers: its rows, and what to pass as `cursor` to go on (null = that was all). */
export const pageOf = <S extends z.ZodType>(item: S) => z.object({ items: z.array(item), next: z.string().nullable() });

/** An instant in an answer: ISO 8601 with Z. */
export const instantText = z.iso.datetime();

const [earliest, latest] = [Temporal.Instant.from("1970-01-01T00:00Z"), Temporal.Instant.from("2200-01-01T00:00Z")];

/** An instant in a body or query: ISO 8601 with Z or an offset, kept to the millisecond. */
export const instantInput = z.iso.datetime({ offset: true }).transform((text, context) => {
  const at = Temporal.Instant.from(text).round("millisecond");
  if (Temporal.Instant.compare(at, earliest) >= 0 && Temporal.Instant.compare(at, latest) < 0) return at;
  context.addIssue({ code: "custom", message: "must lie between 1970 and 2200" });
  return z.NEVER;
});

/** A yes or no in a query. */
export const flagInput = z.enum(["true", "false"]).transform((text) => text === "true");
