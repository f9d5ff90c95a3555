import type { JobHandler } from "../jobs/runner.ts";
import { adoptMessage } from "./adopt-message.ts";
import { type AfterCallDeps, callJobs } from "./after-call.ts";
import { deleteProviderCopy, deleteRecording, fetchRecording, transcribeRecording } from "./recordings.ts";
import { summariseCall } from "./summary.ts";

/** The handlers of all queues of this folder, for the job runner. */
export const callJobHandlers = (deps: AfterCallDeps): Record<string, JobHandler> => ({
  [callJobs.summarise]: summariseCall(deps),
  [callJobs.fetchRecording]: fetchRecording(deps),
  [callJobs.transcribe]: transcribeRecording(deps),
  [callJobs.deleteCopy]: deleteProviderCopy(deps),
  [callJobs.deleteRecording]: deleteRecording(deps),
  [callJobs.adoptMessage]: adoptMessage(deps),
});
