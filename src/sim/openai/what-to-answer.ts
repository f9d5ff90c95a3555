import type { BrainInput, ToolSpec } from "./brain.ts";
import type { Conversation } from "./conversation.ts";

/** What the model has in front of it: the caller's words since it last spoke, results since its last tool call. */
export function whatToAnswer(
  conversation: Conversation,
  instructions: string,
  request: string,
  tools: readonly ToolSpec[],
  now: Temporal.Instant,
): BrainInput {
  const { items } = conversation;
  const lastSpoken = items.findLastIndex(
    ({ type, role, status }) => type === "message" && role === "assistant" && status !== "in_progress",
  );
  const since = items.slice(lastSpoken + 1);
  const lastCall = since.findLastIndex(({ type }) => type === "function_call");
  const fresh = since.slice(lastCall + 1);
  const words = fresh.filter(({ role }) => role === "user").map(({ text }) => text);
  return {
    now,
    instructions,
    request,
    tools,
    memory: conversation.memory(),
    callerText: words.length === 0 ? null : words.filter((text) => text !== "").join(" "),
    toolResults: fresh
      .filter(({ type }) => type === "function_call_output")
      .map(({ name, text }) => ({ name: name ?? "", output: text })),
  };
}
