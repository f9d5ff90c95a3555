import { Hono } from "hono";
import type { ApiEnv } from "../api/env.ts";
import type { Clock } from "../base/clock.ts";
import type { Database } from "../db/client.ts";
import { keyRoutes } from "./api-keys.ts";
import { webhookRoutes } from "./api-webhooks.ts";

export interface IntegrationsApiDeps {
  db: Database;
  clock: Clock;
  /** The installation's, from which the secrets of webhooks are worked out. */
  secret: string;
}

/** What other programs of a business use: keys of the API, and webhooks (C11). */
export const createIntegrationsApi = (deps: IntegrationsApiDeps) =>
  new Hono<ApiEnv>().route("/", keyRoutes(deps)).route("/", webhookRoutes(deps));
