import { ApiError, type FieldProblem } from "./api.ts";
import { number } from "./format.ts";
import { shellWords } from "./strings/shell.he.ts";

/** The sentence for a refusal. What is unknown is a bug of ours. */
export function problemText(error: unknown): string {
  const { errors, reasons } = shellWords();
  if (error instanceof ApiError && error.reason in reasons) return reasons[error.reason as keyof typeof reasons];
  const code = error instanceof ApiError ? error.code : "bug";
  return code in errors ? errors[code as keyof typeof errors] : errors.bug;
}

/** The sentence beside a field. */
function fieldText({ code, limit, origin }: FieldProblem): string {
  const { fields, limits } = shellWords();
  if (limit !== undefined && (code === "too_small" || code === "too_big"))
    return limits[origin === "string" || origin === "array" ? origin : "number"][code](number(limit));
  return code in fields ? fields[code as keyof typeof fields] : fields.invalid;
}

const isAboutValue = (code: string): boolean => code === "custom" || code === "too_small" || code.startsWith("invalid");

/** What a value lacks, told by the field that it stands in: nothing is written there, or no number, or no address. */
function nearer(problem: FieldProblem, field: Element | RadioNodeList | null | undefined): FieldProblem {
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) || !isAboutValue(problem.code))
    return problem;
  if (field.value.trim() === "") return { path: problem.path, code: "required" };
  return field.type === "tel" || field.type === "email" ? { path: problem.path, code: kinds[field.type] } : problem;
}

const kinds = { tel: "phone", email: "email" } as const;

/** Refused fields by name, with the sentence for each. Empty when the refusal was about something else. */
export const fieldProblems = (error: unknown, form?: HTMLFormElement): Record<string, string> =>
  Object.fromEntries(
    error instanceof ApiError
      ? error.fields.map((problem) => [
          problem.path,
          fieldText(nearer(problem, form?.elements.namedItem(problem.path))),
        ])
      : [],
  );
