import type { Context } from "hono";
import { AppError } from "../base/errors.ts";
import { limits } from "../limits.ts";
import type { ApiEnv } from "./env.ts";

/**
 * For what opens doors or cannot be taken back (K7): keys, people, secrets. The panel asks for the password and tries
 * again. @throws AppError "forbidden", `confirm_password` when it was given too long ago, `needs_session` for a program.
 */
export function assertFresh(c: Context<ApiEnv>, now: Temporal.Instant): void {
  const session = c.get("session");
  if (!session) throw new AppError("forbidden", "only for a person with a session", { public: "needs_session" });
  if (now.epochMilliseconds - session.confirmedAt.epochMilliseconds > limits.freshPasswordMs)
    throw new AppError("forbidden", "the password was given too long ago", { public: "confirm_password" });
}
