import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ApiEnv } from "../api/env.ts";
import { AppError } from "../base/errors.ts";
import { limits } from "../limits.ts";

/** Whole paths of the routes that take files. */
interface Uploads {
  uploads: readonly string[];
}

const tooLarge = (): never => {
  throw new AppError("too_large", "the body is too large");
};

/** Refuses a body that says itself that it is too large, whoever sends it: nothing of it is read. */
export function refuseLarge({ uploads }: Uploads): MiddlewareHandler {
  return async (c, next) => {
    const most = uploads.includes(c.req.path) ? limits.uploadBytes : limits.requestBodyBytes;
    if (Number(c.req.header("content-length") ?? 0) > most) tooLarge();
    await next();
  };
}

/**
 * Bounds every body of the API, also one that does not say how large it is. Those are read to be bounded, and so this
 * stands behind the guard: a stranger is given what a login needs. The routes of `uploads` bound their own.
 */
export function limitBodies({ uploads }: Uploads): MiddlewareHandler<ApiEnv> {
  const strangers = bodyLimit({ maxSize: limits.strangerBodyBytes, onError: tooLarge });
  const ordinary = bodyLimit({ maxSize: limits.requestBodyBytes, onError: tooLarge });
  return (c, next) => {
    if (!c.get("access")) return strangers(c, next);
    return uploads.includes(c.req.path) ? next() : ordinary(c, next);
  };
}
