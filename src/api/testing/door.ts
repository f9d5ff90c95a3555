import { Hono } from "hono";
import { systemClock } from "../../base/clock.ts";
import { type BusinessId, newId, type UserId } from "../../base/ids.ts";
import { silentLog } from "../../base/log.ts";
import type { Role } from "../../db/schema/user.ts";
import { errorHandler } from "../../http/errors.ts";
import type { Access, ApiEnv } from "../env.ts";

/** Somebody who is logged in. */
export const member = (businessId: BusinessId | null, role: Role = "owner"): Access => ({
  via: "session",
  userId: newId<UserId>(),
  name: "דנה",
  role,
  businessId,
  impersonating: false,
});

export interface Asked {
  method?: string;
  body?: unknown;
  headers?: Record<string, string>;
  /** When a person gave the password last. Default: just now. */
  confirmedAt?: Temporal.Instant;
}

/** Stands in for http/guard: asks an API as whoever is given. */
export function door(api: Hono<ApiEnv>) {
  const ask = async (who: Access | undefined, path: string, asked: Asked = {}): Promise<Response> => {
    const app = new Hono<ApiEnv>();
    app.onError(errorHandler(silentLog));
    app.use(async (c, next) => {
      if (who) c.set("access", who);
      const { confirmedAt = systemClock.instant() } = asked;
      if (who?.via === "session") c.set("session", { key: "k", confirmedAt, expiresAt: confirmedAt });
      await next();
    });
    app.route("/", api);
    const { method = asked.body === undefined ? "GET" : "POST", body, headers = {} } = asked;
    return app.request(path, {
      method,
      headers: body === undefined ? headers : { "Content-Type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
  return {
    ask,
    /** Status and body of the answer; the body is null when there is none. */
    async json<T = Record<string, unknown>>(who: Access | undefined, path: string, asked?: Asked) {
      const answer = await ask(who, path, asked);
      const text = await answer.text();
      return { status: answer.status, body: (text === "" ? null : JSON.parse(text)) as T };
    },
  };
}
