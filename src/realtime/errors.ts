import type { SocketClosure } from "./client.ts";
import type { WireProblem } from "./events.ts";

/**
 * What a problem means for the session. `ignore`: an expected race. `busy`: another answer is being made. `request`: one
 * request failed, the session goes on. `answer`: this answer failed. `reconnect`: a new session may work. `fatal`: no
 * new session can work, retrying only costs the caller time.
 */
export type ProblemClass = "ignore" | "busy" | "request" | "answer" | "reconnect" | "fatal";

/** By the provider's `code`; decides before the type does. */
export const classByCode: Readonly<Record<string, ProblemClass>> = {
  response_cancel_not_active: "ignore",
  input_audio_buffer_commit_empty: "ignore",
  conversation_already_has_active_response: "busy",

  session_expired: "reconnect",

  invalid_api_key: "fatal",
  insufficient_quota: "fatal",
  account_deactivated: "fatal",
  billing_hard_limit_reached: "fatal",
  model_not_found: "fatal",

  rate_limit_exceeded: "answer",
  inference_rate_limit_exceeded: "answer",
  inference_server_error: "answer",
};

/** By the provider's `type`, when the code says nothing. */
export const classByType: Readonly<Record<string, ProblemClass>> = {
  invalid_request_error: "request",
  authentication_error: "fatal",
  insufficient_quota: "fatal",
  rate_limit_error: "answer",
  rate_limit_exceeded: "answer",
  server_error: "reconnect",
  session_expired: "reconnect",
};

/**
 * Class of an `error` event. One that names a request of ours never costs the session, unless its code is fatal;
 * before the session is configured a server error means that this session will not come up.
 * One that fits nowhere is a failed request: peers that end a call on any unknown error lose calls for nothing.
 */
export function classifyProblem(problem: WireProblem, ready: boolean): ProblemClass {
  const byCode = own(classByCode, problem.code);
  if (byCode !== undefined) return byCode;
  const byType = own(classByType, problem.type);
  if (byType === "reconnect" && (problem.requestId !== null || ready)) return "request";
  return byType ?? "request";
}

/** Class of a response that ended as `failed`: fatal codes end the engine, everything else only this answer. */
export function classifyFailedAnswer(problem: WireProblem | null): "answer" | "fatal" {
  if (problem === null) return "answer";
  const found = own(classByCode, problem.code) ?? own(classByType, problem.type);
  return found === "fatal" ? "fatal" : "answer";
}

/** Statuses of a refused upgrade that no retry changes: wrong key, no right to the model, no such model. */
const fatalStatuses: ReadonlySet<number> = new Set([400, 401, 403, 404]);

/** Whether a new connection can help after this one was lost. */
export function classifyClosure(closure: SocketClosure): "reconnect" | "fatal" {
  return closure.httpStatus !== null && fatalStatuses.has(closure.httpStatus) ? "fatal" : "reconnect";
}

const own = (table: Readonly<Record<string, ProblemClass>>, key: string): ProblemClass | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;
