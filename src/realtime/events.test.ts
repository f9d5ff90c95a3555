import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { isIgnoredByName, type Read, readServerEvent, type ServerEvent } from "./events.ts";

const read = (wire: unknown): Read => readServerEvent(JSON.stringify(wire));
const noProblem = { type: "", code: "", message: "", requestId: null };
const noUsage = { seconds: 0, textInputTokens: 0, audioInputTokens: 0, outputTokens: 0 };

// Shapes of the documentation (GA), with fields that we do not use left in where they are big.
const known: [wire: Record<string, unknown>, event: ServerEvent][] = [
  [
    { type: "session.created", event_id: "e1", session: { type: "realtime", id: "sess_1", expires_at: 1_790_000_000 } },
    { type: "session.created", expiresAtSeconds: 1_790_000_000 },
  ],
  [
    { type: "session.updated", session: { type: "realtime" } },
    { type: "session.updated", expiresAtSeconds: null },
  ],
  [
    { type: "input_audio_buffer.speech_started", audio_start_ms: 1000, item_id: "item_1" },
    { type: "input_audio_buffer.speech_started" },
  ],
  [
    { type: "input_audio_buffer.speech_stopped", audio_end_ms: 2000, item_id: "item_1" },
    { type: "input_audio_buffer.speech_stopped" },
  ],
  [
    { type: "input_audio_buffer.committed", previous_item_id: null, item_id: "item_1" },
    { type: "input_audio_buffer.committed", itemId: "item_1" },
  ],
  [
    { type: "conversation.item.input_audio_transcription.delta", item_id: "item_1", content_index: 0, delta: "של" },
    { type: "conversation.item.input_audio_transcription.delta", itemId: "item_1", text: "של" },
  ],
  [
    {
      type: "conversation.item.input_audio_transcription.completed",
      item_id: "item_1",
      transcript: "שלום",
      usage: {
        type: "tokens",
        input_tokens: 26,
        output_tokens: 17,
        total_tokens: 43,
        input_token_details: { text_tokens: 4, audio_tokens: 22 },
      },
    },
    {
      type: "conversation.item.input_audio_transcription.completed",
      itemId: "item_1",
      text: "שלום",
      usage: { seconds: 0, textInputTokens: 4, audioInputTokens: 22, outputTokens: 17 },
    },
  ],
  [
    {
      type: "conversation.item.input_audio_transcription.completed",
      item_id: "item_1",
      transcript: "",
      usage: { type: "duration", seconds: 3 },
    },
    {
      type: "conversation.item.input_audio_transcription.completed",
      itemId: "item_1",
      text: "",
      usage: { ...noUsage, seconds: 3 },
    },
  ],
  [
    {
      type: "conversation.item.input_audio_transcription.failed",
      item_id: "item_1",
      error: {
        type: "transcription_error",
        code: "audio_unintelligible",
        message: "The audio could not be transcribed.",
      },
    },
    {
      type: "conversation.item.input_audio_transcription.failed",
      itemId: "item_1",
      problem: {
        type: "transcription_error",
        code: "audio_unintelligible",
        message: "The audio could not be transcribed.",
        requestId: null,
      },
    },
  ],
  [
    { type: "response.created", response: { id: "resp_1", status: "in_progress", metadata: { request: "r1" } } },
    { type: "response.created", responseId: "resp_1", requestId: "r1" },
  ],
  [
    { type: "response.created", response: { id: "resp_1", metadata: null } },
    { type: "response.created", responseId: "resp_1", requestId: null },
  ],
  [
    {
      type: "response.output_item.done",
      response_id: "resp_1",
      output_index: 0,
      item: { id: "item_2", type: "message", role: "assistant" },
    },
    { type: "response.output_item.done", responseId: "resp_1", item: { kind: "message", itemId: "item_2" } },
  ],
  [
    {
      type: "response.output_item.done",
      response_id: "resp_1",
      item: { id: "item_3", type: "function_call", call_id: "call_1", name: "book", arguments: '{"at":"10:00"}' },
    },
    {
      type: "response.output_item.done",
      responseId: "resp_1",
      item: {
        kind: "function_call",
        itemId: "item_3",
        callId: "call_1",
        name: "book",
        argumentsJson: '{"at":"10:00"}',
      },
    },
  ],
  [
    { type: "response.output_item.done", response_id: "resp_1", item: { id: "item_4", type: "mcp_call" } },
    { type: "response.output_item.done", responseId: "resp_1", item: { kind: "other" } },
  ],
  [
    {
      type: "response.output_audio.delta",
      response_id: "resp_1",
      item_id: "item_2",
      output_index: 0,
      content_index: 0,
      delta: "fn5+",
    },
    { type: "response.output_audio.delta", responseId: "resp_1", itemId: "item_2", payload: "fn5+" },
  ],
  [
    { type: "response.output_audio.done", response_id: "resp_1", item_id: "item_2" },
    { type: "response.output_audio.done", responseId: "resp_1", itemId: "item_2" },
  ],
  [
    { type: "response.output_audio_transcript.delta", response_id: "resp_1", item_id: "item_2", delta: "כן" },
    { type: "response.output_audio_transcript.delta", responseId: "resp_1", itemId: "item_2", text: "כן" },
  ],
  [
    {
      type: "response.output_audio_transcript.done",
      response_id: "resp_1",
      item_id: "item_2",
      transcript: "כן, בשעה עשר",
    },
    { type: "response.output_audio_transcript.done", responseId: "resp_1", itemId: "item_2", text: "כן, בשעה עשר" },
  ],
  [
    {
      type: "response.done",
      response: {
        id: "resp_1",
        status: "incomplete",
        status_details: { type: "incomplete", reason: "max_output_tokens" },
        output: [{ id: "item_2", type: "message" }],
        usage: {
          total_tokens: 253,
          input_tokens: 132,
          output_tokens: 121,
          input_token_details: { text_tokens: 119, audio_tokens: 13, image_tokens: 0, cached_tokens: 64 },
          output_token_details: { text_tokens: 30, audio_tokens: 91 },
        },
      },
    },
    {
      type: "response.done",
      responseId: "resp_1",
      outcome: {
        status: "incomplete",
        reason: "max_output_tokens",
        problem: null,
        output: [{ kind: "message", itemId: "item_2" }],
        usage: {
          textInputTokens: 119,
          audioInputTokens: 13,
          cachedTextTokens: 64,
          cachedAudioTokens: 0,
          textOutputTokens: 30,
          audioOutputTokens: 91,
        },
      },
    },
  ],
  [
    {
      type: "response.done",
      response: {
        id: "resp_1",
        status: "failed",
        status_details: { type: "failed", error: { type: "server_error", code: "inference_rate_limit_exceeded" } },
        output: [],
        usage: null,
      },
    },
    {
      type: "response.done",
      responseId: "resp_1",
      outcome: {
        status: "failed",
        reason: "inference_rate_limit_exceeded",
        problem: { ...noProblem, type: "server_error", code: "inference_rate_limit_exceeded" },
        output: [],
        usage: null,
      },
    },
  ],
  [
    { type: "response.done", response: { id: "resp_1", status: "a status of the future" } },
    {
      type: "response.done",
      responseId: "resp_1",
      outcome: { status: "failed", reason: null, problem: null, output: [], usage: null },
    },
  ],
  [
    {
      type: "error",
      event_id: "e2",
      error: { type: "invalid_request_error", code: "invalid_value", message: "no", param: null, event_id: "r1" },
    },
    {
      type: "error",
      problem: { type: "invalid_request_error", code: "invalid_value", message: "no", requestId: "r1" },
    },
  ],
  [{ type: "error" }, { type: "error", problem: noProblem }],
];

describe("known events", () => {
  for (const [wire, event] of known)
    test(`${JSON.stringify(wire).slice(0, 100)}`, () => expect(read(wire)).toEqual({ kind: "known", event }));

  test("any field of any event may be of any type: still no throw, and never a wrong kind of value", () => {
    const anything = fc.oneof(fc.constant(undefined), fc.jsonValue());
    fc.assert(
      fc.property(fc.constantFrom(...known), fc.dictionary(fc.string(), anything), anything, ([wire], more, value) => {
        const fields = Object.keys(wire).filter((name) => name !== "type");
        for (const name of fields) {
          const result = read({ ...wire, ...more, type: wire.type, [name]: value });
          if (result.kind !== "known") continue;
          for (const [key, part] of Object.entries(result.event))
            if (/Id$|^text$|^payload$/.test(key) && part !== null) expect(typeof part).toBe("string");
        }
      }),
    );
  });
});

test("every line of the golden wire log is an event of ours, or one ignored by name", async () => {
  const lines = (await Bun.file(new URL("../sim/golden/model-to-client.jsonl", import.meta.url)).text())
    .trim()
    .split("\n");
  expect(lines.length).toBeGreaterThan(20);
  for (const line of lines) {
    const result = readServerEvent(line);
    expect(result.kind === "known" || (result.kind === "unknown" && isIgnoredByName(result.type)) ? "" : line).toBe("");
  }
});

const unreadable: [string, string][] = [
  ["", "not JSON"],
  ['{"type":"response.crea', "not JSON"],
  ["null", "no type"],
  ["[]", "no type"],
  ["7", "no type"],
  ['{"type":7}', "no type"],
  ['{"type":""}', "no type"],
  ['{"type":"response.created"}', "response.created lacks a field"],
  ['{"type":"response.created","response":[]}', "response.created lacks a field"],
  ['{"type":"response.done","response":{"id":7}}', "response.done lacks a field"],
  [
    '{"type":"response.output_audio.delta","response_id":"a","item_id":"b"}',
    "response.output_audio.delta lacks a field",
  ],
];
for (const [text, why] of unreadable)
  test(`unreadable: ${text}`, () => expect(readServerEvent(text)).toEqual({ kind: "unreadable", why }));

test("any text is read without a throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => readServerEvent(text) !== undefined));
});

test("unknown events are told apart: ignored by name, or new to us; members of objects are no events", () => {
  for (const type of ["rate_limits.updated", "response.audio.delta", "something.new", "constructor", "__proto__"])
    expect(read({ type })).toEqual({ kind: "unknown", type });
  expect(isIgnoredByName("rate_limits.updated")).toBe(true);
  expect(isIgnoredByName("something.new")).toBe(false);
  expect(isIgnoredByName("constructor")).toBe(false);
});
