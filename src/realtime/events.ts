import type { RealtimeServerEvent } from "openai/resources/realtime/realtime";

/**
 * What the Realtime socket sends, reduced to what the engine uses. Source: OpenAI Realtime API, GA shape. Field and
 * event names are checked against the types of the `openai` package: a rename there breaks this build.
 */
export type ServerEvent =
  | { type: "session.created"; expiresAtSeconds: number | null }
  | { type: "session.updated"; expiresAtSeconds: number | null }
  | { type: "input_audio_buffer.speech_started" }
  | { type: "input_audio_buffer.speech_stopped" }
  | { type: "input_audio_buffer.committed"; itemId: string }
  | { type: "conversation.item.input_audio_transcription.delta"; itemId: string; text: string }
  | {
      type: "conversation.item.input_audio_transcription.completed";
      itemId: string;
      text: string;
      usage: TranscriptionUsage;
    }
  | { type: "conversation.item.input_audio_transcription.failed"; itemId: string; problem: WireProblem }
  | { type: "response.created"; responseId: string; requestId: string | null }
  | { type: "response.output_item.done"; responseId: string; item: OutputItem }
  | { type: "response.output_audio.delta"; responseId: string; itemId: string; payload: string }
  | { type: "response.output_audio.done"; responseId: string; itemId: string }
  | { type: "response.output_audio_transcript.delta"; responseId: string; itemId: string; text: string }
  | { type: "response.output_audio_transcript.done"; responseId: string; itemId: string; text: string }
  | { type: "response.done"; responseId: string; outcome: ResponseOutcome }
  | { type: "error"; problem: WireProblem };

/** An error as the provider words it. `requestId` is the `event_id` of the client event it is about. */
export interface WireProblem {
  type: string;
  code: string;
  message: string;
  requestId: string | null;
}

/** One thing a response consists of: something said, a function call, or a kind we do not use. */
export type OutputItem =
  | { kind: "message"; itemId: string }
  | { kind: "function_call"; itemId: string; callId: string; name: string; argumentsJson: string }
  | { kind: "other" };

export interface ResponseOutcome {
  status: "completed" | "cancelled" | "failed" | "incomplete";
  /** Why it did not complete, in the provider's words. */
  reason: string | null;
  problem: WireProblem | null;
  output: readonly OutputItem[];
  usage: ResponseUsage | null;
}

/** Tokens of one response; cached tokens are counted in the input tokens as well. */
export interface ResponseUsage {
  textInputTokens: number;
  audioInputTokens: number;
  cachedTextTokens: number;
  cachedAudioTokens: number;
  textOutputTokens: number;
  audioOutputTokens: number;
}

export interface TranscriptionUsage {
  seconds: number;
  textInputTokens: number;
  audioInputTokens: number;
  outputTokens: number;
}

/** Reading has three results and never throws: an event of ours, one we do not use, or something that is no event. */
export type Read =
  | { kind: "known"; event: ServerEvent }
  | { kind: "unknown"; type: string }
  | { kind: "unreadable"; why: string };

type WireType = RealtimeServerEvent["type"];
type HandledType = ServerEvent["type"];
/** An event as it may arrive: the package's field names, nothing believed about their values. */
type Unchecked<T> = { [Field in keyof T]?: unknown };
type Wire<T extends HandledType> = Unchecked<Extract<RealtimeServerEvent, { type: T }>>;
/** `expires_at` stands in the examples of the documentation, not in the package's type. */
type WireSession = { session?: unknown };

/** Ignored by name. A new event in the package is missing here and breaks the build: then decide. */
const ignored = {
  "conversation.created": "carries nothing we keep",
  "conversation.item.added": "items of ours are known, the model's come with their response",
  "conversation.item.created": "beta name",
  "conversation.item.deleted": "acknowledgement",
  "conversation.item.done": "see conversation.item.added",
  "conversation.item.input_audio_transcription.segment": "diarization, not asked for",
  "conversation.item.retrieved": "never asked for",
  "conversation.item.truncated": "acknowledgement",
  "input_audio_buffer.cleared": "never asked for",
  "input_audio_buffer.dtmf_event_received": "telephone transport of the provider only",
  "input_audio_buffer.timeout_triggered": "idle timeout, not configured",
  "mcp_list_tools.completed": "no remote tools",
  "mcp_list_tools.failed": "no remote tools",
  "mcp_list_tools.in_progress": "no remote tools",
  "output_audio_buffer.cleared": "WebRTC only",
  "output_audio_buffer.started": "WebRTC only",
  "output_audio_buffer.stopped": "WebRTC only",
  "rate_limits.updated": "a refusal comes as a failed response",
  "response.content_part.added": "audio and transcript have their own events",
  "response.content_part.done": "audio and transcript have their own events",
  "response.function_call_arguments.delta": "the finished item carries the whole call",
  "response.function_call_arguments.done": "the finished item carries the whole call",
  "response.mcp_call.completed": "no remote tools",
  "response.mcp_call.failed": "no remote tools",
  "response.mcp_call.in_progress": "no remote tools",
  "response.mcp_call_arguments.delta": "no remote tools",
  "response.mcp_call_arguments.done": "no remote tools",
  "response.output_item.added": "the first audio or the finished item tells the same",
  "response.output_text.delta": "text output, not asked for",
  "response.output_text.done": "text output, not asked for",
} satisfies Record<Exclude<WireType, HandledType>, string>;

type Reader<T extends HandledType> = (wire: Wire<T>) => Extract<ServerEvent, { type: T }> | null;

const readers: { [T in HandledType]: Reader<T> } = {
  "session.created": (wire) => ({ type: "session.created", expiresAtSeconds: expiry(wire) }),
  "session.updated": (wire) => ({ type: "session.updated", expiresAtSeconds: expiry(wire) }),
  "input_audio_buffer.speech_started": () => ({ type: "input_audio_buffer.speech_started" }),
  "input_audio_buffer.speech_stopped": () => ({ type: "input_audio_buffer.speech_stopped" }),
  "input_audio_buffer.committed": ({ item_id }) =>
    isText(item_id) ? { type: "input_audio_buffer.committed", itemId: item_id } : null,
  "conversation.item.input_audio_transcription.delta": ({ item_id, delta }) =>
    isText(item_id)
      ? { type: "conversation.item.input_audio_transcription.delta", itemId: item_id, text: textOr(delta, "") }
      : null,
  "conversation.item.input_audio_transcription.completed": ({ item_id, transcript, usage }) =>
    isText(item_id) && typeof transcript === "string"
      ? {
          type: "conversation.item.input_audio_transcription.completed",
          itemId: item_id,
          text: transcript,
          usage: transcriptionUsage(usage),
        }
      : null,
  "conversation.item.input_audio_transcription.failed": ({ item_id, error }) =>
    isText(item_id)
      ? { type: "conversation.item.input_audio_transcription.failed", itemId: item_id, problem: problemOf(error) }
      : null,
  "response.created": ({ response }) => {
    const { id, metadata } = fieldsOf(response);
    return isText(id)
      ? { type: "response.created", responseId: id, requestId: textOrNull(fieldsOf(metadata).request) }
      : null;
  },
  "response.output_item.done": ({ response_id, item }) =>
    isText(response_id) ? { type: "response.output_item.done", responseId: response_id, item: outputItem(item) } : null,
  "response.output_audio.delta": ({ response_id, item_id, delta }) =>
    isText(response_id) && isText(item_id) && typeof delta === "string"
      ? { type: "response.output_audio.delta", responseId: response_id, itemId: item_id, payload: delta }
      : null,
  "response.output_audio.done": ({ response_id, item_id }) =>
    isText(response_id) && isText(item_id)
      ? { type: "response.output_audio.done", responseId: response_id, itemId: item_id }
      : null,
  "response.output_audio_transcript.delta": ({ response_id, item_id, delta }) =>
    isText(response_id) && isText(item_id) && typeof delta === "string"
      ? { type: "response.output_audio_transcript.delta", responseId: response_id, itemId: item_id, text: delta }
      : null,
  "response.output_audio_transcript.done": ({ response_id, item_id, transcript }) =>
    isText(response_id) && isText(item_id) && typeof transcript === "string"
      ? { type: "response.output_audio_transcript.done", responseId: response_id, itemId: item_id, text: transcript }
      : null,
  "response.done": ({ response }) => {
    const id = fieldsOf(response).id;
    return isText(id) ? { type: "response.done", responseId: id, outcome: outcomeOf(response) } : null;
  },
  error: ({ error }) => ({ type: "error", problem: problemOf(error) }),
};

/** Reads one text frame of the Realtime socket. */
export function readServerEvent(text: string): Read {
  let wire: unknown;
  try {
    wire = JSON.parse(text);
  } catch {
    return { kind: "unreadable", why: "not JSON" };
  }
  const type = fieldsOf(wire).type;
  if (!isText(type)) return { kind: "unreadable", why: "no type" };
  if (!isHandled(type)) return { kind: "unknown", type };
  // The table pairs each type with its own reader; the compiler cannot follow the pairing through a lookup.
  const event = (readers[type] as (wire: unknown) => ServerEvent | null)(wire);
  return event === null ? { kind: "unreadable", why: `${type} lacks a field` } : { kind: "known", event };
}

/** Whether an unknown event is one that we chose not to use, as opposed to one that is new to us. */
export const isIgnoredByName = (type: string): boolean => Object.hasOwn(ignored, type);

const isHandled = (type: string): type is HandledType => Object.hasOwn(readers, type);
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
const textOr = (value: unknown, otherwise: string): string => (typeof value === "string" ? value : otherwise);
const textOrNull = (value: unknown): string | null => (isText(value) ? value : null);
const count = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

function expiry({ session }: WireSession): number | null {
  const seconds = fieldsOf(session).expires_at;
  return typeof seconds === "number" && seconds > 0 ? seconds : null;
}

function problemOf(error: unknown): WireProblem {
  const { type, code, message, event_id } = fieldsOf(error);
  return {
    type: textOr(type, ""),
    code: textOr(code, ""),
    message: textOr(message, ""),
    requestId: textOrNull(event_id),
  };
}

function outputItem(item: unknown): OutputItem {
  const { type, id, call_id, name, arguments: argumentsJson } = fieldsOf(item);
  if (type === "message" && isText(id)) return { kind: "message", itemId: id };
  if (type === "function_call" && isText(call_id) && isText(name))
    return {
      kind: "function_call",
      itemId: textOr(id, ""),
      callId: call_id,
      name,
      argumentsJson: textOr(argumentsJson, ""),
    };
  return { kind: "other" };
}

const finalStatuses: ReadonlySet<unknown> = new Set<ResponseOutcome["status"]>([
  "completed",
  "cancelled",
  "failed",
  "incomplete",
]);

function outcomeOf(response: unknown): ResponseOutcome {
  const { status, status_details, output, usage } = fieldsOf(response);
  const details = fieldsOf(status_details);
  const problem = typeof details.error === "object" && details.error !== null ? problemOf(details.error) : null;
  return {
    // A response that is over without a status we know did not do its work.
    status: finalStatuses.has(status) ? (status as ResponseOutcome["status"]) : "failed",
    reason: textOrNull(details.reason) ?? (problem === null ? null : problem.code || problem.type || null),
    problem,
    output: Array.isArray(output) ? output.map(outputItem) : [],
    usage: usage === undefined || usage === null ? null : responseUsage(usage),
  };
}

function responseUsage(usage: unknown): ResponseUsage {
  const { input_token_details, output_token_details } = fieldsOf(usage);
  const input = fieldsOf(input_token_details);
  const output = fieldsOf(output_token_details);
  const cached = fieldsOf(input.cached_tokens_details);
  const cachedAudioTokens = count(cached.audio_tokens);
  return {
    textInputTokens: count(input.text_tokens),
    audioInputTokens: count(input.audio_tokens),
    // Without a breakdown the cached tokens count as text: the smaller saving, so a cost is never understated.
    cachedTextTokens: count(cached.text_tokens) || Math.max(0, count(input.cached_tokens) - cachedAudioTokens),
    cachedAudioTokens,
    textOutputTokens: count(output.text_tokens),
    audioOutputTokens: count(output.audio_tokens),
  };
}

function transcriptionUsage(usage: unknown): TranscriptionUsage {
  const { seconds, output_tokens, input_tokens, input_token_details } = fieldsOf(usage);
  const details = fieldsOf(input_token_details);
  const textInputTokens = count(details.text_tokens);
  return {
    seconds: count(seconds),
    textInputTokens,
    audioInputTokens: count(details.audio_tokens) || Math.max(0, count(input_tokens) - textInputTokens),
    outputTokens: count(output_tokens),
  };
}
