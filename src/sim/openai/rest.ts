import { encodeMulaw } from "../../audio/mulaw.ts";
import { decodeWav } from "../wav.ts";
import type { BrainInput, Thought, ToolSpec } from "./brain.ts";
import { errorResponse } from "./error-response.ts";
import { fillSchema, type Schema } from "./fill-schema.ts";
import { understand } from "./input-audio.ts";
import type { Model } from "./model.ts";

/** One request to a REST endpoint, for tests. */
export interface RestCall {
  path: string;
  model: string;
  status: number;
  /** JSON body, or the fields of a form without its files. */
  body: Record<string, unknown>;
}

type Loose = Record<string, unknown>;
type Result = { status: number; json: Loose } | { status: number };

/** Transcriptions, chat completions, responses; with the faults of the model. */
export async function answerRest(model: Model, request: Request, note: (call: RestCall) => void): Promise<Response> {
  const path = new URL(request.url).pathname;
  const isForm = (request.headers.get("content-type") ?? "").startsWith("multipart/form-data");
  const body: Loose = isForm ? await formFields(await request.formData()) : await readJson(request);
  if (model.faults.restDelayMs > 0)
    await new Promise<void>((resolve) => model.clock.after(model.faults.restDelayMs, resolve));
  const result = route(model, request, path, body);
  note({
    path,
    model: String(body.model ?? ""),
    status: result.status,
    body: isForm ? { ...body, file: undefined } : body,
  });
  if (!("json" in result)) return errorResponse(result.status);
  const text = JSON.stringify(result.json);
  const whole = new TextEncoder().encode(text);
  const sent = whole.subarray(0, model.faults.restCutAfterBytes ?? whole.length);
  return new Response(sent, { status: result.status, headers: { "content-type": "application/json" } });
}

function route(model: Model, request: Request, path: string, body: Loose): Result {
  if (model.faults.restStatus !== null) return { status: model.faults.restStatus };
  if (request.headers.get("authorization") !== `Bearer ${model.apiKey}`) return { status: 401 };
  if (request.method !== "POST") return { status: 405 };
  if (typeof body.model !== "string" || body.model === "") return { status: 400 };
  switch (path) {
    case "/v1/audio/transcriptions":
      return body.file instanceof Uint8Array ? { status: 200, json: transcription(model, body.file) } : { status: 400 };
    case "/v1/chat/completions":
      return { status: 200, json: chatCompletion(model, body) };
    case "/v1/responses":
      return { status: 200, json: response(model, body) };
    default:
      return { status: 404 };
  }
}

function transcription(model: Model, file: Uint8Array): Loose {
  const wav = decodeWav(file);
  const audio = wav === null ? new Uint8Array(0) : encodeMulaw(wav.samples);
  return {
    text: understand(model.book, audio).text,
    usage: { type: "duration", seconds: Math.ceil(audio.length / 8_000) },
  };
}

/** What the messages of a request say to the brain. */
function inputOf(messages: readonly Loose[], tools: readonly ToolSpec[], now: Temporal.Instant): BrainInput {
  const lines = messages.map((message, index) => ({
    id: String(index),
    role: roleOf(message),
    text: textOf(message.content ?? message.output),
  }));
  const lastSpoken = lines.findLastIndex(({ role, text }) => role === "assistant" && text !== "");
  const fresh = lines.slice(lastSpoken + 1);
  const words = fresh.filter(({ role }) => role === "user").map(({ text }) => text);
  const results = messages.filter((message) => roleOf(message) === "tool").slice(-1);
  const isResultLast = roleOf(messages.at(-1) ?? {}) === "tool";
  return {
    instructions: lines
      .filter(({ role }) => role === "system")
      .map(({ text }) => text)
      .join("\n"),
    request: "",
    now,
    tools,
    memory: lines,
    callerText: words.length === 0 ? null : words.join(" "),
    toolResults: isResultLast
      ? results.map((message) => ({
          name: nameOfCall(messages, message),
          output: textOf(message.content ?? message.output),
        }))
      : [],
  };
}

function roleOf(message: Loose): "user" | "assistant" | "system" | "tool" {
  if (message.role === "tool" || message.type === "function_call_output") return "tool";
  if (message.role === "developer" || message.role === "system") return "system";
  return message.role === "assistant" || message.type === "function_call" ? "assistant" : "user";
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.map((part: Loose) => (typeof part.text === "string" ? part.text : "")).join(" ");
}

function nameOfCall(messages: readonly Loose[], result: Loose): string {
  const id = result.tool_call_id ?? result.call_id;
  for (const message of messages) {
    if (message.type === "function_call" && message.call_id === id) return String(message.name);
    const calls = (message.tool_calls ?? []) as { id: string; function: { name: string } }[];
    const call = calls.find((candidate) => candidate.id === id);
    if (call !== undefined) return call.function.name;
  }
  return "";
}

/** Structured output: a value that fits the schema, with the talk's words where text is asked for. */
function structured(schema: Schema, messages: readonly Loose[]): string {
  const words = messages.map((message) => textOf(message.content)).filter((text) => text !== "");
  const summary = `סיכום: ${(words.at(-1) ?? "").replace(/\s+/g, " ").slice(0, 160)}`;
  return JSON.stringify(fillSchema(schema, { summary, default: summary }));
}

function chatCompletion(model: Model, body: Loose): Loose {
  const messages = (body.messages ?? []) as Loose[];
  const schema = (body.response_format as { json_schema?: { schema?: Schema } } | undefined)?.json_schema?.schema;
  const tools = ((body.tools ?? []) as { function: ToolSpec }[]).map((tool) => tool.function);
  const thought: Thought =
    schema === undefined
      ? model.brain(inputOf(messages, tools, model.clock.instant()))
      : { say: structured(schema, messages), calls: [] };
  const calls = thought.calls.map((call, index) => ({
    id: `call_${Bun.randomUUIDv7().replaceAll("-", "").slice(0, 20)}${index}`,
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
  const message = {
    role: "assistant",
    content: thought.say,
    refusal: null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  const usage = tokensOf(JSON.stringify(messages), thought.say ?? "");
  return {
    id: `chatcmpl-${Bun.randomUUIDv7()}`,
    object: "chat.completion",
    created: Math.floor(model.clock.instant().epochMilliseconds / 1_000),
    model: body.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: calls.length > 0 ? "tool_calls" : "stop" }],
    usage: {
      prompt_tokens: usage.input,
      completion_tokens: usage.output,
      total_tokens: usage.input + usage.output,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    },
  };
}

function response(model: Model, body: Loose): Loose {
  const given = body.input;
  const items: Loose[] = typeof given === "string" ? [{ role: "user", content: given }] : ((given ?? []) as Loose[]);
  const messages =
    typeof body.instructions === "string" ? [{ role: "system", content: body.instructions }, ...items] : items;
  const schema = (body.text as { format?: { schema?: Schema } } | undefined)?.format?.schema;
  const tools = ((body.tools ?? []) as ToolSpec[]).filter((tool) => tool.name !== undefined);
  const thought: Thought =
    schema === undefined
      ? model.brain(inputOf(messages, tools, model.clock.instant()))
      : { say: structured(schema, messages), calls: [] };
  const id = Bun.randomUUIDv7().replaceAll("-", "");
  const output: Loose[] = [];
  if (thought.say !== null)
    output.push({
      id: `msg_${id}`,
      type: "message",
      role: "assistant",
      status: "completed",
      content: [{ type: "output_text", text: thought.say, annotations: [] }],
    });
  for (const [index, call] of thought.calls.entries())
    output.push({
      id: `fc_${id}${index}`,
      type: "function_call",
      status: "completed",
      call_id: `call_${id.slice(-16)}${index}`,
      name: call.name,
      arguments: JSON.stringify(call.arguments),
    });
  const usage = tokensOf(JSON.stringify(messages), thought.say ?? "");
  return {
    id: `resp_${id}`,
    object: "response",
    created_at: Math.floor(model.clock.instant().epochMilliseconds / 1_000),
    status: "completed",
    error: null,
    incomplete_details: null,
    model: body.model,
    output,
    usage: {
      input_tokens: usage.input,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: usage.input + usage.output,
    },
  };
}

const tokensOf = (input: string, output: string) => ({
  input: Math.ceil(input.length / 4),
  output: Math.ceil(output.length / 4),
});

async function formFields(form: FormData): Promise<Loose> {
  const fields: Loose = {};
  for (const [name, value] of form.entries()) if (typeof value === "string") fields[name] = value;
  const file = form.get("file");
  if (file instanceof Blob) fields.file = new Uint8Array(await file.arrayBuffer());
  return fields;
}

async function readJson(request: Request): Promise<Loose> {
  try {
    const value: unknown = await request.json();
    return typeof value === "object" && value !== null ? (value as Loose) : {};
  } catch {
    return {};
  }
}
