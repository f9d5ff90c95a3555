import type { Context } from "hono";
import { AppError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Database } from "../db/client.ts";
import { type WithOptions, withTenant } from "../db/tenant.ts";
import type { Ctx } from "../tenants/ctx.ts";
import type { ApiEnv } from "./env.ts";
import { accessOf } from "./route.ts";

/** Tenant of the request. @throws AppError "forbidden" when there is none. */
export function tenantOf(c: Context<ApiEnv>): BusinessId {
  const { businessId } = accessOf(c);
  if (businessId === null) throw new AppError("forbidden", "no business is chosen", { public: "no_business" });
  return businessId;
}

/** One transaction of the request's business, acting as whoever asks. @throws as `tenantOf` and `withTenant`. */
export function inTenant<T>(
  db: Database,
  c: Context<ApiEnv>,
  run: (ctx: Ctx) => Promise<T>,
  options?: WithOptions,
): Promise<T> {
  const { userId, name } = accessOf(c);
  const businessId = tenantOf(c);
  const actor = { kind: "staff", userId, name } as const;
  const requestId = c.get("requestId");
  return withTenant(db, businessId, (tx) => run({ businessId, actor, requestId, tx }), options);
}
