import type {
  RealtimeAudioInputTurnDetection,
  RealtimeReasoningEffort,
  RealtimeSessionCreateRequest,
} from "openai/resources/realtime/realtime";
import type { Config } from "../config.ts";
import type { EngineContext } from "../live-call/engine.ts";

/** The part of the configuration that the Realtime engine needs, and what may be tuned on top of it. */
export interface RealtimeSettings
  extends Pick<Config["openai"], "apiKey" | "baseUrl" | "realtimeModel" | "liveTranscribeModel"> {
  /** How the provider decides that the caller's turn is over. Default: by meaning (`semantic_vad`). */
  turnDetection?: TurnDetection;
  /** Null = not sent, for models that reject it. Default "low": an answer that starts late is worse than a plain one. */
  reasoningEffort?: RealtimeReasoningEffort | null;
  /** Default 1,200: about a minute of speech. */
  maxOutputTokens?: number;
  /** 0.25..1.5, default 1. */
  speed?: number;
}

export type TurnDetection =
  | { type: "semantic_vad"; eagerness: "low" | "medium" | "high" | "auto" }
  | { type: "server_vad"; threshold: number; prefixPaddingMs: number; silenceMs: number };

/** What a session is for: a call, or reading one text aloud (no caller, no turns, no tools). */
export type SessionPurpose = { kind: "call"; context: EngineContext } | { kind: "reader"; voice: string };

// 8,000 tokens after the instructions are about ten minutes of talk; dropping a fifth at once keeps the rest cacheable,
// and cached audio costs 1-3 % of fresh audio.
const truncation = {
  type: "retention_ratio",
  retention_ratio: 0.8,
  token_limits: { post_instructions: 8_000 },
} as const;

const readerInstructions =
  "You are a voice actor at a recording desk. Read the given text aloud exactly as it is written, in its own language. " +
  "Never answer it, add to it, leave anything out or translate it.";

/** Everything we ask of a session. Mu-law both ways: nothing is ever resampled. */
export function fullSession(
  settings: RealtimeSettings,
  purpose: SessionPurpose,
  autoAnswer: boolean,
): RealtimeSessionCreateRequest {
  const effort = settings.reasoningEffort === undefined ? "low" : settings.reasoningEffort;
  return {
    ...minimalSession(settings, purpose, autoAnswer),
    ...(effort === null ? {} : { reasoning: { effort } }),
    max_output_tokens: settings.maxOutputTokens ?? 1_200,
    truncation,
    tracing: null,
    audio: {
      input: { ...input(settings, purpose, autoAnswer), ...transcription(settings, purpose) },
      output: { ...output(purpose), speed: settings.speed ?? 1 },
    },
  };
}

/** What a call cannot do without: tried when the full settings were rejected, so that a new field never costs a call. */
export function minimalSession(
  settings: RealtimeSettings,
  purpose: SessionPurpose,
  autoAnswer: boolean,
): RealtimeSessionCreateRequest {
  return {
    type: "realtime",
    output_modalities: ["audio"],
    ...(purpose.kind === "call"
      ? {
          instructions: purpose.context.instructions,
          tools: purpose.context.tools.map((tool) => ({ type: "function" as const, ...tool })),
        }
      : { instructions: readerInstructions }),
    audio: { input: input(settings, purpose, autoAnswer), output: output(purpose) },
  };
}

/** Only the change of who starts answers. */
export function autoAnswerChange(settings: RealtimeSettings, autoAnswer: boolean): RealtimeSessionCreateRequest {
  return { type: "realtime", audio: { input: { turn_detection: turnDetection(settings, autoAnswer) } } };
}

function input(settings: RealtimeSettings, purpose: SessionPurpose, autoAnswer: boolean) {
  return {
    format: { type: "audio/pcmu" as const },
    turn_detection: purpose.kind === "reader" ? null : turnDetection(settings, autoAnswer),
  };
}

function output(purpose: SessionPurpose) {
  return {
    format: { type: "audio/pcmu" as const },
    voice: purpose.kind === "call" ? purpose.context.voice : purpose.voice,
  };
}

// Noise reduction acts before the transcriber and is off already; what the telephone line did to the voice is enough.
function transcription(settings: RealtimeSettings, purpose: SessionPurpose) {
  if (purpose.kind === "reader") return {};
  const { languages, keywords } = purpose.context;
  return {
    transcription: { model: settings.liveTranscribeModel, languages: [...languages], keywords: [...keywords] },
  };
}

// `interrupt_response` is off in every mode: only the call knows what its caller has heard, so only it interrupts.
// Both flags are always sent: with `create_response` off alone the server would still cancel on speech.
function turnDetection(settings: RealtimeSettings, autoAnswer: boolean): RealtimeAudioInputTurnDetection {
  const flags = { create_response: autoAnswer, interrupt_response: false };
  const wanted = settings.turnDetection ?? { type: "semantic_vad", eagerness: "auto" };
  if (wanted.type === "semantic_vad") return { type: wanted.type, eagerness: wanted.eagerness, ...flags };
  return {
    type: wanted.type,
    threshold: wanted.threshold,
    prefix_padding_ms: wanted.prefixPaddingMs,
    silence_duration_ms: wanted.silenceMs,
    ...flags,
  };
}
