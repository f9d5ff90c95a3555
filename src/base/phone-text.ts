import { z } from "zod";
import { type Phone, parsePhone } from "./phone.ts";

/** A phone number as people write it (national ones are read as Israeli), in E.164 form from here on. */
export const phoneText = z
  .string()
  .max(40)
  .transform((text, context): Phone => {
    const parsed = parsePhone(text);
    if (parsed) return parsed;
    context.addIssue({ code: "custom", message: "must be a phone number" });
    return z.NEVER;
  });
