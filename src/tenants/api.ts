import { Hono } from "hono";
import type { ApiEnv } from "../api/env.ts";
import { auditRoutes } from "./api-audit.ts";
import { businessRoutes } from "./api-business.ts";
import { type HoursDeps, hoursRoutes } from "./api-hours.ts";
import { knowledgeRoutes } from "./api-knowledge.ts";
import { promptRoutes } from "./api-prompts.ts";
import { resourceRoutes } from "./api-resources.ts";
import { settingsRoutes } from "./api-settings.ts";
import { type TransferDeps, transferRoutes } from "./api-transfer.ts";

/** What a business sets for itself: who it is, its assistant, numbers, hours, prompts and knowledge (A1, A2, A11, A12). */
export const createTenantsApi = (deps: TransferDeps & HoursDeps) =>
  new Hono<ApiEnv>()
    .route("/", businessRoutes(deps))
    .route("/", settingsRoutes(deps))
    .route("/", transferRoutes(deps))
    .route("/", hoursRoutes(deps))
    .route("/", resourceRoutes(deps))
    .route("/", promptRoutes(deps))
    .route("/", knowledgeRoutes(deps))
    .route("/", auditRoutes(deps));
