import { assert } from "../../base/assert.ts";
import type { ChatAnswer, ChatModel, ChatRequest } from "../chat-model.ts";

/** One thing the model does: say something, call tools, or decide when it sees the request. */
export type Scripted =
  | string
  | { call: string; with?: unknown }
  | ((request: ChatRequest) => string | { call: string; with?: unknown });

/** A text model that follows a script and remembers what it was asked; a script that runs out is a failed test. */
export class ScriptedModel implements ChatModel {
  readonly name = "scripted";
  readonly requests: ChatRequest[] = [];
  readonly #script: Scripted[] = [];

  /** Adds what the model does next. */
  will(...steps: Scripted[]): void {
    this.#script.push(...steps);
  }

  get left(): number {
    return this.#script.length;
  }

  /** What the tools answered last, read back from the request. */
  get lastToolOutput(): Record<string, unknown> {
    return toolOutput(this.requests.at(-1));
  }

  async answer(request: ChatRequest): Promise<ChatAnswer> {
    this.requests.push({ ...request, messages: [...request.messages] });
    const next = this.#script.shift();
    assert(next !== undefined, "the model was asked more often than its script says");
    const step = typeof next === "function" ? next(request) : next;
    const usage = {
      model: this.name,
      textInputTokens: 1,
      audioInputTokens: 0,
      cachedTextTokens: 0,
      cachedAudioTokens: 0,
      textOutputTokens: 1,
      audioOutputTokens: 0,
      transcribedSeconds: 0,
    };
    if (typeof step === "string") return { text: step, toolCalls: [], complete: true, usage };
    const argumentsJson = typeof step.with === "string" ? step.with : JSON.stringify(step.with ?? {});
    return {
      text: "",
      toolCalls: [{ id: `call-${this.requests.length}`, name: step.call, argumentsJson }],
      complete: true,
      usage,
    };
  }
}

/** The newest tool result that a request carries. */
export function toolOutput(request: ChatRequest | undefined): Record<string, unknown> {
  const message = request?.messages.findLast((line) => line.role === "tool");
  return message?.role === "tool" ? (JSON.parse(message.output) as Record<string, unknown>) : {};
}
