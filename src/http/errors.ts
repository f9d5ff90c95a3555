import type { Context, ErrorHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AppError, describeError, type ErrorCode, type FieldProblem } from "../base/errors.ts";
import type { Log } from "../base/log.ts";

/** The HTTP status of each error code. */
export const statusByCode: Record<ErrorCode, ContentfulStatusCode> = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  taken: 409,
  too_large: 413,
  rate_limited: 429,
  unavailable: 503,
  upstream: 502,
  bug: 500,
};

/** Body of every error answer: `{"error": {"code", "message", "fields"?}}`; nothing of the inside shows. */
const answer = (
  c: Context,
  error: { code: string; message: string; fields?: readonly FieldProblem[] },
  status: ContentfulStatusCode,
) => c.json({ error }, status);

/** The one place where a thrown error becomes an answer. Only bugs and broken dependencies are logged as errors. */
export function errorHandler(log: Log): ErrorHandler {
  return (error, c) => {
    if (error instanceof HTTPException) return answer(c, { code: "http", message: error.message }, statusOf(error));
    const known = error instanceof AppError ? error : new AppError("bug", "unexpected", { cause: error });
    const status = statusByCode[known.code];
    if (status >= 500)
      log.error("HTTP", "request failed", {
        method: c.req.method,
        path: c.req.path,
        request: c.get("requestId"),
        error: describeError(error),
        ...known.context,
      });
    const { code, public: message, fields } = known;
    if (known.retryAfterSeconds !== null) c.header("Retry-After", String(known.retryAfterSeconds));
    return answer(c, fields.length > 0 ? { code, message, fields } : { code, message }, status);
  };
}

/** A body that is no JSON is input like any other that is at fault. */
const statusOf = (error: HTTPException): ContentfulStatusCode =>
  error.status === 400 ? statusByCode.invalid : (error.status as ContentfulStatusCode);
