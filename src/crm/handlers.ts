import type { Database } from "../db/client.ts";
import type { JobHandler } from "../jobs/runner.ts";
import { remindOfTask, taskDueQueue } from "./tasks/remind-when-due.ts";

/** The handlers of all queues of this folder, for the job runner. */
export const crmJobHandlers = ({ db }: { db: Database }): Record<string, JobHandler> => ({
  [taskDueQueue]: remindOfTask(db),
});
