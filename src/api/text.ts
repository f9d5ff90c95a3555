import { z } from "zod";
import { unstorableAt } from "./storable.ts";

/** Text that PostgreSQL can keep: no NUL, no half of a character. */
const storable = z.string().refine((text) => unstorableAt(text) === null, "holds a character that is none");

/** Something a person wrote, without the blanks around it: 1 to `max` UTF-16 units. */
export const writtenText = (max: number) => storable.trim().min(1).max(max);

/** The same, where an empty text means that there is none. */
export const optionalText = (max: number) =>
  storable
    .trim()
    .max(max)
    .transform((text) => text || null)
    .nullable();
