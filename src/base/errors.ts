/**
 * What went wrong, for programs. Each code has one HTTP status (http/errors.ts) and one sentence per language (the panel).
 * `taken` is a lost race for a slot or name, `unavailable` a dependency that is down for now, `upstream` a provider's refusal.
 */
export type ErrorCode =
  | "invalid"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "taken"
  | "too_large"
  | "rate_limited"
  | "unavailable"
  | "upstream"
  | "bug";

/** `path` as in `address.city` ("" = the whole input); `code` is zod's (too_small, invalid_format …) or our own. */
export interface FieldProblem {
  path: string;
  code: string;
  /** With `too_small` and `too_big`: the least or the most that fits. */
  limit?: number;
  /** What `limit` counts: a "number"'s value, a "string"'s characters, an "array"'s items. */
  origin?: string;
}

export interface AppErrorOptions {
  /** What the outside may hear: a stable sentence without data. Default: a sentence by code. */
  public?: string;
  /** Which fields of the input are at fault, and how: the panel puts a sentence beside each. */
  fields?: readonly FieldProblem[];
  /** When it may go well, for `rate_limited` and `unavailable`. */
  retryAfterSeconds?: number;
  cause?: unknown;
  /** Ids for the log line; never customer text, secrets or full phone numbers. */
  context?: Record<string, string | number | boolean | null>;
}

/** An error with an inside face (message, cause, context: for the log) and a public one (code and `public`). */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly public: string;
  readonly fields: readonly FieldProblem[];
  readonly retryAfterSeconds: number | null;
  readonly context: Record<string, string | number | boolean | null>;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.public = options.public ?? code;
    this.fields = options.fields ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
    this.context = options.context ?? {};
  }
}

/** As many as a business may have are there; said at the field of the form that asks for one more. */
export const tooMany = (what: string, path: string): AppError =>
  new AppError("invalid", `too many ${what}`, { fields: [{ path, code: "too_many" }] });

/**
 * One line for the log about anything that can be thrown. Database driver messages may hold a query's parameters
 * (customer data), so of those only the code and constraint are kept.
 */
export function describeError(thrown: unknown): string {
  if (!(thrown instanceof Error)) return typeof thrown === "string" ? thrown : `thrown ${typeof thrown}`;
  // Drizzle's error for a statement (its name is "Error"): the message holds every value.
  if ("query" in thrown && "params" in thrown) return `database: ${describeError(thrown.cause)}`;
  const { code, constraint_name: constraint } = thrown as Error & { code?: unknown; constraint_name?: unknown };
  const prefix = [thrown.name, code, constraint].filter((part) => typeof part === "string" && part !== "").join(" ");
  if (thrown.name === "PostgresError") return prefix;
  const cause = thrown.cause === undefined ? "" : ` <- ${describeError(thrown.cause)}`;
  return `${prefix}: ${thrown.message}${cause}`;
}
