import type {
  ChatCompletion,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { ChatAnswer, ChatMessage, ChatModel, ChatRequest, ChatToolCall } from "../assistant/chat-model.ts";
import { AppError } from "../base/errors.ts";
import { limits } from "../limits.ts";
import type { EngineUsage } from "../live-call/engine.ts";
import type { OpenAiRest } from "./openai-rest.ts";

/** The text model over Chat Completions: stateless, and spoken by every compatible server. */
export function createChatModel(rest: OpenAiRest, model: string): ChatModel {
  return {
    name: model,
    answer(request, signal) {
      const body = toWire(model, request);
      return rest.post(
        { what: "chat", path: "/chat/completions", body, timeoutMs: limits.chatMs, signal },
        (completion) => fromWire(model, completion as Partial<ChatCompletion>),
      );
    },
  };
}

function toWire(model: string, request: ChatRequest): ChatCompletionCreateParamsNonStreaming {
  const { messages, tools = [], schema, maxOutputTokens } = request;
  return {
    model,
    messages: messages.map(messageToWire),
    ...(tools.length === 0 ? {} : { tools: tools.map((tool) => ({ type: "function", function: tool })) }),
    ...(schema === undefined
      ? {}
      : { response_format: { type: "json_schema", json_schema: { ...schema, strict: true } } }),
    ...(maxOutputTokens === undefined ? {} : { max_completion_tokens: maxOutputTokens }),
  };
}

function messageToWire(message: ChatMessage): ChatCompletionMessageParam {
  switch (message.role) {
    case "system":
    case "user":
      return { role: message.role, content: message.text };
    case "assistant": {
      const calls = (message.toolCalls ?? []).map(({ id, name, argumentsJson }) => ({
        id,
        type: "function" as const,
        function: { name, arguments: argumentsJson },
      }));
      return { role: "assistant", content: message.text, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
    }
    case "tool":
      return { role: "tool", tool_call_id: message.toolCallId, content: message.output };
  }
}

/** A throw in here is an answer of another shape than promised: `OpenAiRest.post` makes it "unavailable". */
function fromWire(model: string, completion: Partial<ChatCompletion>): ChatAnswer {
  const choice = completion.choices?.[0];
  if (choice?.message === undefined) throw new AppError("unavailable", "chat: the answer has no choice");
  const { content, refusal } = choice.message;
  if (typeof refusal === "string" && refusal !== "") throw new AppError("upstream", "chat: the model refused");
  return {
    text: typeof content === "string" ? content : "",
    toolCalls: (choice.message.tool_calls ?? []).flatMap((call): ChatToolCall[] =>
      call.type === "function"
        ? [{ id: call.id, name: call.function.name, argumentsJson: call.function.arguments }]
        : [],
    ),
    complete: choice.finish_reason === "stop" || choice.finish_reason === "tool_calls",
    usage: chatUsage(model, completion.usage),
  };
}

function chatUsage(model: string, usage: ChatCompletion["usage"]): EngineUsage {
  return {
    model,
    textInputTokens: usage?.prompt_tokens ?? 0,
    audioInputTokens: 0,
    cachedTextTokens: usage?.prompt_tokens_details?.cached_tokens ?? 0,
    cachedAudioTokens: 0,
    textOutputTokens: usage?.completion_tokens ?? 0,
    audioOutputTokens: 0,
    transcribedSeconds: 0,
  };
}
