import type { Context } from "hono";
import type { Clock } from "../base/clock.ts";
import { RequestRate } from "../base/request-rate.ts";
import { limits } from "../limits.ts";
import type { ApiEnv } from "./env.ts";
import { accessOf } from "./route.ts";

/**
 * Counts one taking-out of many rows or files by whoever asks: all routes that do so share the few a minute that one
 * person has. @throws AppError "rate_limited".
 */
export type CountExport = (c: Context<ApiEnv>) => void;

export function createExportCount(clock: Clock): CountExport {
  const rate = new RequestRate(clock, limits.exportsPerMinuteMax);
  return (c) => {
    const { userId, name, businessId } = accessOf(c);
    rate.count(userId ?? `${name} ${businessId}`);
  };
}
