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
