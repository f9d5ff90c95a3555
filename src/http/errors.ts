import type { Context, ErrorHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AppError, describeError, type ErrorCode, type FieldProblem } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { isUnreadable } from "../db/errors.ts";
import { loggedPath } from "./logged-path.ts";

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
    const known = knownError(error);
    const status = statusByCode[known.code];
    if (status >= 500)
      log.error("HTTP", "request failed", {
        method: c.req.method,
        path: loggedPath(c.req.path),
        request: c.get("requestId"),
        error: describeError(error),
        ...known.context,
      });
    const { code, public: message, fields } = known;
    if (known.retryAfterSeconds !== null) c.header("Retry-After", String(known.retryAfterSeconds));
    return answer(c, fields.length > 0 ? { code, message, fields } : { code, message }, status);
  };
}

function knownError(error: Error): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException) return httpError(error);
  if (isUnreadable(error))
    return new AppError("invalid", "a value that cannot be kept", {
      fields: [{ path: "", code: "invalid" }],
      cause: error,
    });
  return new AppError("bug", "unexpected", { cause: error });
}

/** Thrown by Hono itself: a body that is no JSON is input like any other that is at fault. */
function httpError(error: HTTPException): AppError {
  const malformed = { fields: [{ path: "", code: "malformed" }], public: "malformed body", cause: error };
  if (error.status === 413) return new AppError("too_large", "the body is too large", { cause: error });
  if (error.status === 400) return new AppError("invalid", "malformed body", malformed);
  return new AppError(error.status >= 500 ? "bug" : "invalid", error.message, { cause: error });
}
