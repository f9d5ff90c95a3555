import { Hono } from "hono";
import type { ApiEnv } from "../api/env.ts";
import type { Clock } from "../base/clock.ts";
import type { Database } from "../db/client.ts";
import { auditRoutes } from "./api-audit.ts";
import { businessRoutes } from "./api-business.ts";
import { hoursRoutes } from "./api-hours.ts";
import { knowledgeRoutes } from "./api-knowledge.ts";
import { promptRoutes } from "./api-prompts.ts";
import { resourceRoutes } from "./api-resources.ts";
import { settingsRoutes } from "./api-settings.ts";

/** What a business sets for itself: who it is, its assistant, numbers, hours, prompts and knowledge (A1, A2, A11, A12). */
export const createTenantsApi = (deps: { db: Database; clock: Clock }) =>
  new Hono<ApiEnv>()
    .route("/", businessRoutes(deps))
    .route("/", settingsRoutes(deps))
    .route("/", hoursRoutes(deps))
    .route("/", resourceRoutes(deps))
    .route("/", promptRoutes(deps))
    .route("/", knowledgeRoutes(deps))
    .route("/", auditRoutes(deps));
