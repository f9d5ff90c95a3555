import type { EngineUsage, ToolDefinition } from "../live-call/engine.ts";

/** Port to a text model: call summaries, the written conversation, later the second voice engine. */
export interface ChatModel {
  readonly name: string;
  /**
   * One answer to the messages. Bounded in time and size.
   * @throws AppError "unavailable" (worth trying again) or "upstream" (refused: trying again is pointless).
   */
  answer(request: ChatRequest, signal?: AbortSignal): Promise<ChatAnswer>;
}

export interface ChatRequest {
  messages: readonly ChatMessage[];
  tools?: readonly ToolDefinition[];
  /** The answer's text is then JSON that fits this schema (JSON Schema; still to be parsed with care). */
  schema?: { name: string; schema: Record<string, unknown> };
  maxOutputTokens?: number;
}

export type ChatMessage =
  | { role: "system" | "user"; text: string }
  | { role: "assistant"; text: string; toolCalls?: readonly ChatToolCall[] }
  | { role: "tool"; toolCallId: string; output: string };

export interface ChatToolCall {
  id: string;
  name: string;
  /** Raw JSON text as the model wrote it: not trusted, not yet parsed. */
  argumentsJson: string;
}

export interface ChatAnswer {
  /** "" when the model only called tools. */
  text: string;
  toolCalls: readonly ChatToolCall[];
  /** False when the model was cut off (length, content filter): `text` may be half a sentence or half a JSON. */
  complete: boolean;
  usage: EngineUsage;
}
