import type { MiddlewareHandler } from "hono";
import type { ApiEnv } from "../api/env.ts";
import { AppError } from "../base/errors.ts";

/**
 * A browser's tabs share one session: while one tab shows a business, another may enter the next one or log in somebody
 * else. The panel sends whose page it is, `X-Page-Of: <user>/<business, empty for none>`; a page of before is refused, whatever it
 * asks, and loads itself anew (K7). Programs send nothing. @throws AppError "taken", public "page_of_another".
 */
export const refuseOldPage: MiddlewareHandler<ApiEnv> = async (c, next) => {
  const pageOf = c.req.header("x-page-of");
  const access = c.get("access");
  if (pageOf !== undefined && access && pageOf !== `${access.userId ?? ""}/${access.businessId ?? ""}`)
    throw new AppError("taken", "asked by a page of another login or business", { public: "page_of_another" });
  await next();
};
