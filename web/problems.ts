import { ApiError } from "./api.ts";
import { shellWords } from "./strings/shell.he.ts";

/** The sentence for a refusal. What is unknown is a bug of ours. */
export function problemText(error: unknown): string {
  const { errors, reasons } = shellWords();
  if (error instanceof ApiError && error.reason in reasons) return reasons[error.reason as keyof typeof reasons];
  const code = error instanceof ApiError ? error.code : "bug";
  return code in errors ? errors[code as keyof typeof errors] : errors.bug;
}

/** The sentence beside a field. */
export function fieldText(code: string): string {
  const { fields } = shellWords();
  return code in fields ? fields[code as keyof typeof fields] : fields.invalid;
}

/** Refused fields by name, with the sentence for each. Empty when the refusal was about something else. */
export const fieldProblems = (error: unknown): Record<string, string> =>
  Object.fromEntries(
    error instanceof ApiError ? error.fields.map(({ path, code }) => [path, fieldText(code)] as const) : [],
  );
