import { describe, expect, test } from "bun:test";
import type { SocketClosure } from "./client.ts";
import { classByCode, classByType, classifyClosure, classifyFailedAnswer, classifyProblem } from "./errors.ts";
import type { WireProblem } from "./events.ts";

const problem = (part: Partial<WireProblem>): WireProblem => ({
  type: "",
  code: "",
  message: "",
  requestId: null,
  ...part,
});

describe("error events", () => {
  const rows: [what: string, part: Partial<WireProblem>, ready: boolean, expected: string][] = [
    [
      "cancel with nothing running",
      { code: "response_cancel_not_active", type: "invalid_request_error" },
      true,
      "ignore",
    ],
    [
      "commit of an empty buffer",
      { code: "input_audio_buffer_commit_empty", type: "invalid_request_error" },
      true,
      "ignore",
    ],
    ["another answer is active", { code: "conversation_already_has_active_response" }, true, "busy"],
    ["a bad field", { type: "invalid_request_error", code: "invalid_value", requestId: "r1" }, true, "request"],
    ["a truncation longer than the item", { type: "invalid_request_error", code: "" }, true, "request"],
    ["the hour is over", { code: "session_expired", type: "invalid_request_error" }, true, "reconnect"],
    ["no money", { code: "insufficient_quota", type: "insufficient_quota" }, true, "fatal"],
    ["no money, told by type only", { type: "insufficient_quota" }, true, "fatal"],
    ["wrong key", { code: "invalid_api_key", type: "invalid_request_error" }, false, "fatal"],
    ["account closed", { code: "account_deactivated" }, true, "fatal"],
    ["limit of the bill", { code: "billing_hard_limit_reached" }, true, "fatal"],
    ["too many requests", { code: "rate_limit_exceeded", type: "requests" }, true, "answer"],
    ["server trouble before the session is open", { type: "server_error" }, false, "reconnect"],
    ["server trouble in a running session", { type: "server_error" }, true, "request"],
    ["server trouble with one request", { type: "server_error", requestId: "r1" }, false, "request"],
    ["never heard of", { type: "odd_error", code: "odd" }, true, "request"],
    ["named like an object's own members", { type: "constructor", code: "toString" }, true, "request"],
    ["empty", {}, true, "request"],
  ];
  for (const [what, part, ready, expected] of rows)
    test(`${what} -> ${expected}`, () => expect(classifyProblem(problem(part), ready)).toBe(expected as never));

  test("every fatal code is fatal wherever it appears", () => {
    const fatal = Object.entries(classByCode).filter(([, kind]) => kind === "fatal");
    expect(fatal.length).toBeGreaterThan(3);
    for (const [code] of fatal)
      for (const type of Object.keys(classByType)) {
        expect(classifyProblem(problem({ code, type, requestId: "r1" }), true)).toBe("fatal");
        expect(classifyFailedAnswer(problem({ code, type }))).toBe("fatal");
      }
  });
});

describe("answers that end as failed", () => {
  const rows: [Partial<WireProblem> | null, string][] = [
    [null, "answer"],
    [{ code: "inference_rate_limit_exceeded" }, "answer"],
    [{ type: "server_error" }, "answer"],
    [{ code: "insufficient_quota" }, "fatal"],
    [{ type: "insufficient_quota" }, "fatal"],
  ];
  for (const [part, expected] of rows)
    test(`${JSON.stringify(part)} -> ${expected}`, () =>
      expect(classifyFailedAnswer(part === null ? null : problem(part))).toBe(expected as never));
});

describe("closures", () => {
  const rows: [SocketClosure["reason"], number | null, string][] = [
    ["http_status", 400, "fatal"],
    ["http_status", 401, "fatal"],
    ["http_status", 403, "fatal"],
    ["http_status", 404, "fatal"],
    ["http_status", 429, "reconnect"],
    ["http_status", 500, "reconnect"],
    ["http_status", 503, "reconnect"],
    ["connect_timeout", null, "reconnect"],
    ["refused", null, "reconnect"],
    ["closed", null, "reconnect"],
    ["no_pong", null, "reconnect"],
    ["not_reading", null, "reconnect"],
    ["silent", null, "reconnect"],
  ];
  for (const [reason, httpStatus, expected] of rows)
    test(`${reason} ${httpStatus ?? ""} -> ${expected}`, () =>
      expect(classifyClosure({ reason, httpStatus, detail: "" })).toBe(expected as never));
});
