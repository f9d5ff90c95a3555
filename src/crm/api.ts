import { Hono } from "hono";
import type { ApiEnv } from "../api/env.ts";
import type { CountExport } from "../api/exports.ts";
import type { Clock } from "../base/clock.ts";
import type { Database } from "../db/client.ts";
import { createCustomersApi } from "./api-customers.ts";
import { createLeadStatusesApi } from "./api-lead-statuses.ts";
import { createLeadsApi } from "./api-leads.ts";
import { createLeadsCsvApi } from "./api-leads-csv.ts";
import { createSearchApi } from "./api-search.ts";
import { createTasksApi } from "./api-tasks.ts";

export interface CrmApiDeps {
  db: Database;
  clock: Clock;
  countExport: CountExport;
}

/** Every route of this folder: leads, statuses, customers, tasks, search. */
export function createCrmApi(deps: CrmApiDeps) {
  return new Hono<ApiEnv>()
    .route("/", createLeadsCsvApi(deps)) // its paths look like ids to the next one
    .route("/", createLeadsApi(deps))
    .route("/", createLeadStatusesApi(deps))
    .route("/", createCustomersApi(deps))
    .route("/", createTasksApi(deps))
    .route("/", createSearchApi(deps));
}
