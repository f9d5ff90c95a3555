import { z } from "zod";
import { type Phone, parsePhone } from "./phone.ts";

/** A phone number as people write it, in E.164 form from here on. */
export const phoneText = z.string().transform((text, context): Phone => {
  const parsed = parsePhone(text);
  if (parsed) return parsed;
  context.addIssue({ code: "custom", message: "must be a phone number" });
  return z.NEVER;
});
