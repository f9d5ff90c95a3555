import type { Context } from "hono";
import { AppError } from "../base/errors.ts";
import type { BusinessId } from "../base/ids.ts";
import type { Database } from "../db/client.ts";
import { type WithOptions, withSystem, withTenant } from "../db/tenant.ts";
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
  const businessId = tenantOf(c);
  return withTenant(db, businessId, (tx) => run({ businessId, ...askerOf(c), tx }), options);
}

/**
 * The same for what lies out of the reach of the role that serves businesses (logins): row-level security does not watch
 * over it, so every statement in `run` names `ctx.businessId` itself.
 */
export function inSystem<T>(db: Database, c: Context<ApiEnv>, run: (ctx: Ctx) => Promise<T>): Promise<T> {
  const businessId = tenantOf(c);
  return withSystem(db, (tx) => run({ businessId, ...askerOf(c), tx }));
}

/** Who acts and in which request: what an act on the whole installation is written down with. */
export function askerOf(c: Context<ApiEnv>): Pick<Ctx, "actor"> & { requestId: string } {
  const { userId, name } = accessOf(c);
  return { actor: { kind: "staff", userId, name }, requestId: c.get("requestId") };
}
