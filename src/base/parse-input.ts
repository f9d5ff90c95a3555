import type { z } from "zod";
import { AppError } from "./errors.ts";

/** What people or programs gave, as the schema wants it. @throws AppError "invalid" naming every field at fault. */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const said = result.error.issues.map((issue) => `${issue.path.join(".") || issue.code}: ${issue.message}`).join("; ");
  throw new AppError("invalid", said, { public: said });
}
