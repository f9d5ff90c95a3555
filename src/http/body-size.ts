import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { AppError } from "../base/errors.ts";
import { limits } from "../limits.ts";

const tooLarge = (): never => {
  throw new AppError("too_large", "the body is too large");
};

/** Bounds every body; those of `uploads` (whole paths) are files, which their own routes bound. */
export function limitBodies({ uploads }: { uploads: readonly string[] }): MiddlewareHandler {
  const ordinary = bodyLimit({ maxSize: limits.requestBodyBytes, onError: tooLarge });
  const file = bodyLimit({ maxSize: limits.uploadBytes, onError: tooLarge });
  return (c, next) => (uploads.includes(c.req.path) ? file : ordinary)(c, next);
}
