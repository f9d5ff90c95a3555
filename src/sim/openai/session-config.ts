import type { RealtimeSessionCreateRequest } from "openai/resources/realtime/realtime";
import type { Refusal } from "./conversation.ts";
import type { TurnDetection } from "./input-audio.ts";

type Loose = Record<string, unknown>;

/** What a fresh session has. Source: the `session.created` example of the API reference. */
export function defaultSession(model: string): RealtimeSessionCreateRequest {
  return {
    type: "realtime",
    model,
    output_modalities: ["audio"],
    instructions: "",
    tools: [],
    tool_choice: "auto",
    max_output_tokens: "inf",
    truncation: "auto",
    audio: {
      input: {
        format: { type: "audio/pcm", rate: 24_000 },
        turn_detection: {
          type: "server_vad",
          threshold: 0.5,
          prefix_padding_ms: 300,
          silence_duration_ms: 200,
          create_response: true,
          interrupt_response: true,
        },
      },
      output: { format: { type: "audio/pcm", rate: 24_000 }, voice: "marin", speed: 1 },
    },
  };
}

const known = new Set([
  "type",
  "model",
  "output_modalities",
  "instructions",
  "tools",
  "tool_choice",
  "max_output_tokens",
  "truncation",
  "audio",
  "reasoning",
  "parallel_tool_calls",
  "tracing",
  "prompt",
  "include",
]);

const refuse = (code: string, message: string, param: string): { refusal: Refusal } => ({
  refusal: { code, message, param: `session.${param}` },
});

/** Merges the fields that are present, or says which of them the API refuses. */
export function applyUpdate(
  config: RealtimeSessionCreateRequest,
  wanted: Loose,
  spokeAudio: boolean,
): { config: RealtimeSessionCreateRequest } | { refusal: Refusal } {
  if (wanted.type !== "realtime")
    return refuse("missing_required_parameter", "Missing required parameter: 'session.type'.", "type");
  const unknown = Object.keys(wanted).find((name) => !known.has(name));
  if (unknown !== undefined) return refuse("unknown_parameter", `Unknown parameter: 'session.${unknown}'.`, unknown);
  if (wanted.model !== undefined && wanted.model !== config.model)
    return refuse("invalid_value", "The model of a session cannot be changed.", "model");
  const merged = merge(config as unknown as Loose, wanted) as unknown as RealtimeSessionCreateRequest;
  if (spokeAudio && merged.audio?.output?.voice !== config.audio?.output?.voice)
    return refuse(
      "cannot_update_voice",
      "Cannot update a conversation's voice if assistant audio is present.",
      "audio.output.voice",
    );
  const { output_modalities: modalities = [] } = merged;
  if (modalities.length !== 1) return refuse("invalid_value", "Exactly one of audio and text.", "output_modalities");
  const speed = merged.audio?.output?.speed ?? 1;
  if (speed < 0.25 || speed > 1.5) return refuse("invalid_value", "speed is 0.25 to 1.5", "audio.output.speed");
  const transcription = merged.audio?.input?.transcription as Loose | null | undefined;
  if (transcription?.language !== undefined && transcription.languages !== undefined)
    return refuse("invalid_value", "language and languages exclude each other", "audio.input.transcription");
  const detection = merged.audio?.input?.turn_detection;
  const idleMs = detection?.type === "server_vad" ? detection.idle_timeout_ms : null;
  if (idleMs != null && (idleMs < 5_000 || idleMs > 30_000))
    return refuse("invalid_value", "idle_timeout_ms is 5000 to 30000", "audio.input.turn_detection.idle_timeout_ms");
  return { config: merged };
}

/** Objects merge field by field, everything else replaces; a change of the detector's kind starts afresh. */
function merge(base: Loose, change: Loose): Loose {
  const merged = { ...base };
  for (const [name, value] of Object.entries(change)) {
    const before = merged[name];
    const isNewKind = isObject(value) && isObject(before) && value.type !== undefined && value.type !== before.type;
    merged[name] = isObject(value) && isObject(before) && !isNewKind ? merge(before, value) : value;
  }
  return merged;
}

const isObject = (value: unknown): value is Loose =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const eagernessMs = { low: 8_000, medium: 4_000, high: 2_000, auto: 4_000 } as const;

/** The detector's numbers. Semantic detection ends a finished turn after 400 ms of silence, an unfinished one by eagerness. */
export function turnDetectionOf(config: RealtimeSessionCreateRequest): TurnDetection {
  const wanted = config.audio?.input?.turn_detection;
  if (wanted == null) return null;
  const flags = {
    createResponse: wanted.create_response ?? true,
    interruptResponse: wanted.interrupt_response ?? true,
  };
  if (wanted.type === "semantic_vad")
    return { silenceMs: 400, thoughtMs: eagernessMs[wanted.eagerness ?? "auto"], prefixMs: 300, ...flags };
  const silenceMs = wanted.silence_duration_ms ?? 500;
  return { silenceMs, thoughtMs: silenceMs, prefixMs: wanted.prefix_padding_ms ?? 300, ...flags };
}
