import type { z } from "zod";
import { AppError, type FieldProblem } from "./errors.ts";

/** What people or programs gave, as the schema wants it. @throws AppError "invalid" naming every field at fault. */
export function parseInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalidInput(result.error.issues);
}

/** The error for input that a schema refused. Its texts name fields and rules, never what was sent. */
export function invalidInput(issues: readonly z.core.$ZodIssue[]): AppError {
  const said = issues.map((issue) => `${issue.path.join(".") || issue.code}: ${issue.message}`).join("; ");
  const fields = issues.map((issue) => ({
    path: issue.path.join("."),
    code: issue.code ?? "custom",
    ...limitOf(issue),
  }));
  return new AppError("invalid", said, { public: said, fields });
}

/** How much would fit, where the limit itself does. */
function limitOf(issue: z.core.$ZodIssue): Pick<FieldProblem, "limit" | "origin"> {
  if ((issue.code !== "too_small" && issue.code !== "too_big") || issue.inclusive === false) return {};
  const { origin } = issue;
  return {
    limit: Number(issue.code === "too_small" ? issue.minimum : issue.maximum),
    origin: origin === "int" ? "number" : origin,
  };
}
