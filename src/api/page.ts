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

const [firstYear, endYear] = [1970, 2200];
const outside = `must lie between ${firstYear} and ${endYear}`;
const yearOf = (at: Temporal.Instant): number => at.toZonedDateTimeISO("UTC").year;
const isInside = (year: number): boolean => year >= firstYear && year < endYear;

/** An instant in a body or query: ISO 8601 with Z or an offset, kept to the millisecond. */
export const instantInput = z.iso.datetime({ offset: true }).transform((text, context) => {
  const at = instantOrNull(text);
  if (at !== null && isInside(yearOf(at))) return at;
  context.addIssue({ code: "custom", message: outside });
  return z.NEVER;
});

/** Null for what ISO 8601 allows and Temporal does not: more than nine digits behind the second. */
function instantOrNull(text: string): Temporal.Instant | null {
  try {
    return Temporal.Instant.from(text).round("millisecond");
  } catch {
    return null;
  }
}

/** A day in a body, query or path: ISO 8601. */
export const dateInput = z.iso.date().refine((text) => isInside(Number(text.slice(0, 4))), outside);

/** A yes or no in a query. */
export const flagInput = z.enum(["true", "false"]).transform((text) => text === "true");
